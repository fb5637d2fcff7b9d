"""When TaskManager's own parts fail, TM-9 and TM-10, second by second of a clock that the test moves."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from emulator.core.jsontext import compact
from emulator.services.dynamodb.stream import StreamOptions
from tests.wire.task_manager.world import changed, variant

RULE = {"pattern": {"source": ["test"]}, "target": "seen"}
POISONED = changed(queues__seen={}, queues__lost={}, rules__seen=RULE, mappings__publish__on_failure="lost",
                   **variant("publish", "publish_all_but_poison"))  # fmt: skip
REDRIVEN = {"queues__dead": {}, "queues__TaskUpdateQueue__dead_letter": "dead"}
STUBBORN = changed(**REDRIVEN, queues__TaskUpdateQueue__max_receive_count=2, **variant("update", "fail"))


def messages(aws_client: Any, queue: str) -> list[Any]:
    sqs, found = aws_client("sqs"), []
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    while taken := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [json.loads(message["Body"]) for message in taken]
    return found


def attempts(aws_journal: Any, function: str) -> int:
    return len([hop for hop in aws_journal.hops("invoke") if hop.target.endswith(f":{function}")])


def tenant(shard: int) -> str:
    """One whose items are in the given of two shards."""
    names = map(str, range(100))
    return next(name for name in names if zlib.crc32(compact({"S": name}).encode()) % 2 == shard)


@pytest.mark.aws_stack(clock="manual")
def test_a_publisher_that_throws_blocks_its_shard_until_its_retries_are_over_tm_9(
    aws_emulator: Any, aws_client: Any, aws_clock: Any, aws_journal: Any
) -> None:
    aws_emulator.call(lambda: setattr(aws_emulator.emulator.ground.cloud.shared(StreamOptions), "shards", 2))
    aws_emulator.run(aws_emulator.emulator.deploy(POISONED))
    dynamodb = aws_client("dynamodb")

    def put(owner: str, task: str) -> None:
        dynamodb.put_item(TableName="TaskStatus", Item={"tenantId": {"S": owner}, "taskId": {"S": task}})
        aws_clock.settle()

    aws_clock.settle()
    put("poison", "1")
    assert attempts(aws_journal, "publish") == 1
    blocked = zlib.crc32(compact({"S": "poison"}).encode()) % 2
    elsewhere, behind = tenant(1 - blocked), tenant(blocked)
    put(elsewhere, "2")
    assert [event["detail"]["tenant"] for event in messages(aws_client, "seen")] == [elsewhere]
    put(behind, "3")
    assert messages(aws_client, "seen") == []
    aws_clock.run_until_idle()
    assert attempts(aws_journal, "publish") == 1 + 1 + 3 + 1  # poison, elsewhere, three retries, then the next record
    assert [event["detail"]["tenant"] for event in messages(aws_client, "seen")] == [behind]
    (lost,) = messages(aws_client, "lost")
    assert lost["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert (lost["requestContext"]["approximateInvokeCount"], lost["DDBStreamBatchInfo"]["batchSize"]) == (4, 1)


def put_update(aws_client: Any) -> None:
    detail = {"taskId": "1", "tenantId": "t1", "status": "SUCCESSFUL"}
    entry = {"Source": "com.demo.taskmanager", "DetailType": "TaskUpdatedEvent", "Detail": json.dumps(detail)}
    aws_client("events").put_events(Entries=[{**entry, "EventBusName": "TaskManagerBus"}])


@pytest.mark.aws_stack(changed(**variant("update", "fail")), clock="manual")
def test_a_message_that_the_updater_refuses_is_back_after_its_visibility_tm_10(
    aws_stack: Any, aws_client: Any, aws_clock: Any, aws_journal: Any
) -> None:
    put_update(aws_client)
    aws_clock.settle()
    assert attempts(aws_journal, "update") == 1
    aws_clock.advance(299)
    assert attempts(aws_journal, "update") == 1
    aws_clock.advance(2)
    assert attempts(aws_journal, "update") == 2
    second = [hop for hop in aws_journal.hops("invoke") if hop.target.endswith(":update")][-1]
    (record,) = json.loads(second.payload)["Records"]
    assert record["attributes"]["ApproximateReceiveCount"] == "2"


@pytest.mark.aws_stack(STUBBORN, clock="manual")
def test_with_a_redrive_policy_it_ends_in_the_dead_letter_queue_tm_10(
    aws_stack: Any, aws_client: Any, aws_clock: Any, aws_journal: Any
) -> None:
    put_update(aws_client)
    aws_clock.advance(301)
    assert (attempts(aws_journal, "update"), messages(aws_client, "dead")) == (2, [])
    aws_clock.advance(300)
    assert attempts(aws_journal, "update") == 2
    (dead,) = messages(aws_client, "dead")
    assert dead["detail"]["status"] == "SUCCESSFUL"
