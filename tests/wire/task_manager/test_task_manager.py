"""TaskManager from POST to the last event, TM-1 to TM-8 and TM-11 to TM-13, over plain HTTP."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wire.task_manager.world import EXPORT, changed, variant

CATCH_ALL = {
    "queues__seen": {},
    "rules__all": {"bus": "TaskManagerBus", "pattern": {"source": [{"prefix": ""}]}, "target": "seen"},
}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
manual = pytest.mark.aws_stack(changed(), clock="manual")
watched = pytest.mark.aws_stack(changed(**CATCH_ALL))


def seen(aws_client: Any, aws_clock: Any) -> list[dict[str, Any]]:
    """The events that the catch-all rule has put on its queue, in order."""
    aws_clock.run_until_idle()
    sqs, found = aws_client("sqs"), []
    url = sqs.get_queue_url(QueueName="seen")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [json.loads(message["Body"]) for message in messages]
    return found


def events_of(aws_journal: Any, function: str) -> list[dict[str, Any]]:
    """What a function was invoked with."""
    return [json.loads(hop.payload) for hop in aws_journal.hops("invoke") if hop.target.endswith(f":{function}")]


@manual
def test_a_task_is_answered_at_once_and_done_after_five_seconds_tm_1_2(tasks, aws_clock):
    began = time.monotonic()
    answer = tasks.http.post("/tasks", json=EXPORT)
    assert time.monotonic() - began < 5
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")
    assert re.fullmatch(UUID, answer.json()["taskId"])
    task = answer.json()["taskId"]
    assert tasks.get(task) == {"taskId": task, "tenantId": "t1", "status": "PENDING", "type": "EXPORT"}
    aws_clock.advance(4.5)
    assert tasks.status(task) == "PENDING"
    aws_clock.advance(1)
    done = tasks.get(task)
    assert done["status"] == "SUCCESSFUL"
    assert re.fullmatch(r"Export completed at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", done["result"])


@pytest.mark.aws_stack(changed(), clock="60x")
def test_polling_never_sees_a_status_go_back_tm_2(tasks):
    task, order = tasks.post(), ("PENDING", "SUCCESSFUL")
    statuses = []
    while "SUCCESSFUL" not in statuses[-3:-2]:  # twice more, to be sure that it stays
        statuses.append(tasks.status(task))
    assert statuses == sorted(statuses, key=order.index)


@pytest.mark.aws_stack(changed())
def test_the_publisher_hears_of_each_change_once_tm_3(tasks, aws_stack, aws_clock, aws_journal):
    ids = [tasks.post() for _ in range(3)]
    aws_clock.run_until_idle()
    batches = [event["Records"] for event in events_of(aws_journal, "publish")]
    assert max(map(len, batches)) <= 10
    records = [record for batch in batches for record in batch]
    assert {record["eventSourceARN"] for record in records} == {aws_stack.attributes["TaskStatus"]["StreamArn"]}
    for task in ids:
        mine = [record for record in records if record["dynamodb"]["Keys"]["taskId"]["S"] == task]
        assert [record["eventName"] for record in mine] == ["INSERT", "MODIFY"]
        assert "OldImage" not in mine[0]["dynamodb"]
        assert mine[1]["dynamodb"]["OldImage"] == mine[0]["dynamodb"]["NewImage"]


@watched
def test_other_types_are_left_alone_tm_4(tasks, aws_client, aws_clock, aws_journal):
    task = tasks.post(type="OTHER")
    assert [event["detail-type"] for event in seen(aws_client, aws_clock)] == ["TaskCreatedEvent"]
    assert events_of(aws_journal, "process") == []
    assert tasks.status(task) == "PENDING"


@watched
def test_the_bus_sees_the_story_of_a_task_in_order_tm_5(tasks, aws_client, aws_clock):
    task = tasks.post()
    created, updated, successful = seen(aws_client, aws_clock)
    assert [event["detail-type"] for event in (created, updated, successful)] == [
        "TaskCreatedEvent",
        "TaskUpdatedEvent",
        "TaskSuccessfulEvent",
    ]
    assert {event["source"] for event in (created, updated, successful)} == {"com.demo.taskmanager"}
    assert created["detail"] == {
        "taskId": task,
        "tenantId": "t1",
        "type": "EXPORT",
        "status": "PENDING",
        "requestPayload": '{"from": "2024-01-01"}',
    }
    result = updated["detail"]["result"]
    assert updated["detail"] == {"taskId": task, "tenantId": "t1", "status": "SUCCESSFUL", "result": result}
    assert successful["detail"] == {**created["detail"], "status": "SUCCESSFUL", "result": result}


@pytest.mark.aws_stack(changed(**CATCH_ALL, **variant("process", "running_first")))
def test_a_processor_may_say_running_first_tm_5(tasks, aws_client, aws_clock):
    task = tasks.post()
    kinds = [event["detail-type"] for event in seen(aws_client, aws_clock)]
    assert kinds[0] == "TaskCreatedEvent"
    assert kinds.count("TaskUpdatedEvent") == 2
    published = [kind for kind in kinds if kind not in ("TaskCreatedEvent", "TaskUpdatedEvent")]
    assert published == ["TaskRunningEvent", "TaskSuccessfulEvent"]
    assert tasks.status(task) == "SUCCESSFUL"


@pytest.mark.aws_stack(changed())
def test_the_updater_gets_the_whole_event_as_text_tm_6(tasks, aws_clock, aws_journal):
    task = tasks.post()
    aws_clock.run_until_idle()
    (event,) = events_of(aws_journal, "update")
    (record,) = event["Records"]
    envelope = json.loads(record["body"])
    assert set(envelope) == set("version id detail-type source account time region resources detail".split())
    assert envelope["detail-type"] == "TaskUpdatedEvent"
    assert (envelope["detail"]["taskId"], envelope["detail"]["status"]) == (task, "SUCCESSFUL")


@pytest.mark.aws_stack(changed(**variant("process", "fail")))
def test_a_processor_that_throws_is_retried_and_the_task_stays_pending_tm_7(tasks, aws_clock, aws_journal):
    task = tasks.post()
    aws_clock.run_until_idle()
    attempts = [hop.attempt for hop in aws_journal.hops("invoke") if hop.target.endswith(":process")]
    assert attempts == [1, 2, 3]
    assert tasks.status(task) == "PENDING"


@watched
def test_a_processor_may_say_failed_tm_7(tasks, aws_client, aws_clock):
    task = tasks.post(requestPayload={})
    assert seen(aws_client, aws_clock)[-1]["detail-type"] == "TaskFailedEvent"
    assert tasks.get(task)["status"] == "FAILED"


@watched
def test_an_update_that_changes_nothing_publishes_nothing_tm_8(tasks, aws_client, aws_clock, aws_journal):
    task = tasks.post(type="OTHER")
    for _ in range(2):
        aws_client("dynamodb").update_item(
            TableName="TaskStatus",
            Key={"tenantId": {"S": "t1"}, "taskId": {"S": task}},
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": {"S": "RUNNING"}},
        )
    kinds = [event["detail-type"] for event in seen(aws_client, aws_clock)]
    assert kinds == ["TaskCreatedEvent", "TaskRunningEvent"]
    assert len(events_of(aws_journal, "publish")) == 2


@pytest.mark.aws_stack(changed())
def test_tenants_do_not_see_each_other_tm_11(tasks, aws_client):
    for tenant in ("a", "b"):
        item = {"tenantId": tenant, "taskId": "same", "status": "PENDING", "type": tenant}
        aws_client("dynamodb").put_item(TableName="TaskStatus", Item={k: {"S": v} for k, v in item.items()})
    assert [tasks.get("same", tenant)["type"] for tenant in ("a", "b")] == ["a", "b"]
    nobody = tasks.http.get("/tasks/c/same")
    assert (nobody.status_code, nobody.json()) == (404, {"error": "Task not found"})


@watched
def test_a_hundred_at_once_tm_12(tasks, aws_client, aws_clock):
    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(lambda number: tasks.post(tenantId=f"t{number % 7}"), range(100)))
    kinds: dict[str, list[str]] = {}
    for event in seen(aws_client, aws_clock):
        kinds.setdefault(event["detail-type"], []).append(event["detail"]["taskId"])
    assert {kind: len(found) for kind, found in kinds.items()} == dict.fromkeys(
        ("TaskCreatedEvent", "TaskUpdatedEvent", "TaskSuccessfulEvent"), 100
    )
    assert all(sorted(found) == sorted(ids) for found in kinds.values())
    items = aws_client("dynamodb").scan(TableName="TaskStatus")["Items"]
    assert {item["taskId"]["S"] for item in items} == set(ids)
    assert {item["status"]["S"] for item in items} == {"SUCCESSFUL"}


@pytest.mark.aws_stack(changed())
@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("DELETE", "/tasks"), ("GET", "/tasks/t1")])
def test_paths_that_are_not_there_tm_13(tasks, method, path):
    answer = tasks.http.request(method, path)
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})


@pytest.mark.aws_stack(changed())
@pytest.mark.parametrize("body", ["", "{", "[]", '{"tenantId": "t1"}', '{"tenantId": 1, "type": "EXPORT"}'])
def test_tasks_that_say_too_little_are_refused(tasks, body):
    assert tasks.http.post("/tasks", content=body).status_code == 400
