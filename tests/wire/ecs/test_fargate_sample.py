"""The download service of ``sample_tasks/fargate``: FG-1 to FG-7.

The task works for twenty minutes on the emulator's clock, longer than any function may run.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from emulator.cli import main
from emulator.core.settings import Settings
from emulator.stack.description import Stack
from emulator.testing import EmulatorThread, JournalHandle
from sample_tasks.clients import client, rest_url
from sample_tasks.fargate import client as sample

SAMPLE = Path(sample.__file__).parent
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}
FARGATE = {"cpu": "256", "memory": "512", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
WORK = 1200


@pytest.fixture(scope="module")
def service() -> Iterator[EmulatorThread]:
    """The sample with a longer task, and a queue that hears of the sample's tasks that have stopped."""
    stack = Stack.read(SAMPLE).queue("stopped")
    detail = {"lastStatus": ["STOPPED"], "clusterArn": [{"suffix": ":cluster/zip"}]}
    pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"], "detail": detail}
    stack.rule("stopped", pattern=pattern, target="queue:stopped")
    variables = stack.sections["task_definitions"]["zip-task"].properties["Container"]["Environment"]
    variables["WORK_SECONDS"] = WORK
    with EmulatorThread(Settings(runtime="inline", check_outputs=True), clock="auto") as thread:
        thread.run(thread.emulator.deploy(stack))
        sample.prepare(thread.url)
        yield thread
        assert not JournalHandle(thread).hops("fault")


@pytest.fixture(scope="module")
def download(service: EmulatorThread) -> dict[str, Any]:
    """One request from POST to the event that its task has stopped, as a client outside sees it."""
    with service.emulator.ground.clock.hold():  # nothing is over before POST has answered
        began = time.monotonic()
        answer = httpx.post(f"{rest_url(service.url, 'downloads')}/downloads", json=wish(["a.csv", "b.csv"]))
        took = time.monotonic() - began
    JournalHandle(service).wait_for("enqueue", ":stopped")
    sqs = client("sqs", service.url)
    url = sqs.get_queue_url(QueueName="stopped")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    return {"answer": answer, "took": took, "event": json.loads(message["Body"])}


def wish(files: list[str]) -> dict[str, Any]:
    return {"email": "u@example.com", "files": files}


def item(service: EmulatorThread, request_id: str) -> dict[str, Any]:
    key = {"requestId": {"S": request_id}}
    found = client("dynamodb", service.url).get_item(TableName="downloads", Key=key)
    return dict(found["Item"])


def register(ecs: Any, family: str, *command: str, **container: Any) -> None:
    main = {"name": "main", "image": "local", "command": list(command), **container}
    ecs.register_task_definition(family=family, containerDefinitions=[main], **FARGATE)


def run(ecs: Any, family: str, **more: Any) -> dict[str, Any]:
    answer = ecs.run_task(taskDefinition=family, launchType="FARGATE", networkConfiguration=NETWORK, **more)
    assert answer["failures"] == []
    (task,) = answer["tasks"]
    return dict(task)


def until(ecs: Any, task: dict[str, Any], status: str) -> dict[str, Any]:
    """Ask until the task is seen in ``status``."""
    deadline = time.monotonic() + 10
    while True:
        (found,) = ecs.describe_tasks(tasks=[task["taskArn"]])["tasks"]
        if found["lastStatus"] == status:
            return dict(found)
        assert time.monotonic() < deadline, found["lastStatus"]


def test_the_api_answers_at_once_fg_1(download: dict[str, Any]) -> None:
    answer = download["answer"]
    assert answer.status_code == 202
    assert answer.json() == {"requestId": answer.json()["requestId"], "status": "ACCEPTED"}
    assert download["took"] < 10  # real seconds; the task takes 20 minutes


def test_thirty_one_files_are_too_many_fg_1(service: EmulatorThread) -> None:
    url = f"{rest_url(service.url, 'downloads')}/downloads"
    assert httpx.post(url, json=wish([f"{number}.csv" for number in range(31)])).status_code == 400


def test_the_override_reaches_the_program_and_wins_fg_2(service: EmulatorThread) -> None:
    ecs = client("ecs", service.url)
    pairs = [{"name": "BUCKET_NAME", "value": "defined"}, {"name": "TABLE_NAME", "value": "downloads"}]
    logs = {"awslogs-group": "/ecs/say", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}
    configuration = {"logDriver": "awslogs", "options": logs}
    script = "echo $BUCKET_NAME $TABLE_NAME $REQUEST_ID"
    register(ecs, "say", "sh", "-c", script, environment=pairs, logConfiguration=configuration)
    override = {
        "name": "main",
        "environment": [{"name": "BUCKET_NAME", "value": "files"}, {"name": "REQUEST_ID", "value": "42"}],
    }
    task = run(ecs, "say", overrides={"containerOverrides": [override]})
    assert task["lastStatus"] in ("PROVISIONING", "PENDING")
    assert task["overrides"]["containerOverrides"] == [override]
    assert until(ecs, task, "STOPPED")["containers"][0]["exitCode"] == 0
    stream = f"ecs/main/{task['taskArn'].rpartition('/')[2]}"
    events = client("logs", service.url).get_log_events(logGroupName="/ecs/say", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["files downloads 42"]


def test_the_program_does_its_work_through_the_emulator_fg_3(service: EmulatorThread, download: dict[str, Any]) -> None:
    found = item(service, download["answer"].json()["requestId"])
    assert found["status"] == {"S": "DONE"}
    assert found["email"] == {"S": "u@example.com"}
    assert found["files"] == {"L": [{"S": "a.csv"}, {"S": "b.csv"}]}
    with httpx.Client() as http:
        assert sample.fetch(http, service.url) == 0
    (run,) = JournalHandle(service).hops("task-run", download["event"]["detail"]["taskArn"])
    in_trace = JournalHandle(service).hops("api", trace=run.trace)
    calls = [hop.target for hop in in_trace if hop.parent == run.id]
    assert {"dynamodb:GetItem", "s3:GetObject", "ses:SendEmail", "dynamodb:UpdateItem"} <= set(calls)
    assert "ecs:RunTask" in [hop.target for hop in in_trace]


def test_statuses_and_exit_codes_fg_4(service: EmulatorThread) -> None:
    ecs = client("ecs", service.url)
    register(ecs, "fail", "sh", "-c", "exit 3")
    task = run(ecs, "fail")
    found = until(ecs, task, "STOPPED")
    assert (found["containers"][0]["exitCode"], found["stopCode"]) == (3, "EssentialContainerExited")
    ecs.get_waiter("tasks_stopped").wait(tasks=[task["taskArn"]])


def test_stop_task_fg_4(service: EmulatorThread) -> None:
    ecs = client("ecs", service.url)
    register(ecs, "sleep", "sleep", "600")
    task = run(ecs, "sleep")
    running = until(ecs, task, "RUNNING")
    ecs.get_waiter("tasks_running").wait(tasks=[task["taskArn"]])
    assert "exitCode" not in running["containers"][0]
    place = f"{service.url}/_emulator/ecs/v4/{task['taskArn'].rpartition('/')[2]}"
    about, container = httpx.get(f"{place}/task").json(), httpx.get(place).json()
    assert (about["TaskARN"], about["Family"], about["Revision"]) == (task["taskArn"], "sleep", "1")
    assert [shown["Name"] for shown in about["Containers"]] == ["main"]
    assert (container["Name"], container["KnownStatus"]) == ("main", "RUNNING")
    status = CliRunner().invoke(main, ["status", "--endpoint", service.url])
    assert f"sleep/{task['taskArn'].rpartition('/')[2]} RUNNING" in status.output
    ecs.stop_task(task=task["taskArn"], reason="enough")
    found = until(ecs, task, "STOPPED")
    assert (found["stopCode"], found["stoppedReason"]) == ("UserInitiated", "enough")
    assert found["containers"][0]["exitCode"] == 143


def test_a_rule_hears_that_the_task_has_stopped_fg_5(download: dict[str, Any]) -> None:
    event = download["event"]
    assert (event["source"], event["detail-type"]) == ("aws.ecs", "ECS Task State Change")
    assert event["resources"] == [event["detail"]["taskArn"]]
    assert (event["detail"]["lastStatus"], event["detail"]["containers"][0]["exitCode"]) == ("STOPPED", 0)


def test_nothing_cuts_it_at_fifteen_minutes_fg_6(service: EmulatorThread, download: dict[str, Any]) -> None:
    ecs = client("ecs", service.url)
    (task,) = ecs.describe_tasks(cluster="zip", tasks=[download["event"]["detail"]["taskArn"]])["tasks"]
    assert (task["stoppedAt"] - task["startedAt"]).total_seconds() >= WORK


def test_an_unknown_task_definition_fg_7(service: EmulatorThread, download: dict[str, Any]) -> None:
    ecs = client("ecs", service.url)
    with pytest.raises(ClientError) as error:
        run(ecs, "nobody")
    assert error.value.response["Error"]["Code"] == "ClientException"
    known = ecs.deregister_task_definition(taskDefinition="zip-task:1")["taskDefinition"]
    answer = httpx.post(f"{rest_url(service.url, 'downloads')}/downloads", json=wish(["a.csv"]))
    ecs.register_task_definition(
        family="zip-task", containerDefinitions=known["containerDefinitions"], **FARGATE
    )  # for the other tests
    assert answer.status_code == 500


def test_what_the_task_has_written(service: EmulatorThread, download: dict[str, Any]) -> None:
    shown = CliRunner().invoke(main, ["logs", "zip-task", "--endpoint", service.url])
    request_id = download["answer"].json()["requestId"]
    assert shown.exit_code == 0
    assert [line.partition("  ")[2] for line in shown.output.splitlines()] == [
        f"request {request_id}: 2 files",
        "  a.csv",
        "  b.csv",
        f"request {request_id}: done",
    ]


def test_services_are_refused_by_name(service: EmulatorThread) -> None:
    with pytest.raises(ClientError) as error:
        client("ecs", service.url).create_service(serviceName="s", taskDefinition="zip-task")
    assert "ecs.CreateService" in str(error.value)


def test_programs_end_with_the_emulator(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with EmulatorThread(Settings(), clock="real") as thread:
        ecs = client("ecs", thread.url)
        register(ecs, "long", "sh", "-c", f"echo $$ > {file}.new; mv {file}.new {file}; exec sleep 600")
        run(ecs, "long")
        deadline = time.monotonic() + 10
        while not file.exists():
            assert time.monotonic() < deadline
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
