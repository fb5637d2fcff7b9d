"""The self-invoking function, LR-1 to LR-7, in Python and Node."""

import io
import json
import os
import time
import zipfile
from pathlib import Path

import boto3
import pytest

from emulator.core.settings import Settings
from emulator.testing import EmulatorThread, Stack
from tests.wire.node_packages import needs_packages, node_path
from tests.wire.socket_world import eventually

SAMPLE = Path(__file__).parents[3] / "sample_tasks" / "recursion"
VIRTUAL = {"EMULATOR_VIRTUAL_SLEEP": "1", "HAND_OVER_MS": "500"}
PYTHON = {"handler": "recursion:handler"}
NODE = {"handler": "recursion.handler", "runtime": "nodejs22.x", "memory": 512}

node = pytest.param("node", marks=needs_packages)
languages = pytest.mark.parametrize("language", ["inline", "worker", node])


def described(language: str, **function) -> Stack:
    own = NODE if language == "node" else PYTHON
    packages = {"NODE_PATH": node_path()} if language == "node" else {}
    environment = VIRTUAL | packages | function.pop("environment", {})
    targets = {"on_success": "queue:progress", "on_failure": "queue:progress"}
    table = {**own, "timeout": 2, "environment": environment, **targets, **function}
    return Stack.from_document({"queues": {"progress": {}}, "functions": {"recursion": table}}, SAMPLE, "test")


@pytest.fixture
def deployed(aws_emulator, _aws_world, aws_client):
    """Deploys the sample; gives the function that starts a chain and the one that reads its records."""

    def deploy(language, **function):
        aws_emulator.emulator.settings.runtime = "worker" if language != "inline" else "inline"
        aws_emulator.call(aws_emulator.emulator.ground.runtimes["inline"].reload)  # it reads its variables at import
        aws_emulator.run(aws_emulator.emulator.deploy(described(language, **function)))
        return aws_client("lambda"), aws_client("sqs")

    return deploy


def records(sqs, done, limit=30.0):
    """Records in order of arrival until ``done(records)``."""
    url = sqs.get_queue_url(QueueName="progress")["QueueUrl"]
    found, until = [], time.monotonic() + limit
    while not done(found) and time.monotonic() < until:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def finished(found):
    """How many chains are over, well or badly."""
    return sum(record["responsePayload"].get("status") != "CONTINUED" for record in found)


@languages
def test_100_units_are_done_once_each_lr_2_3_4(deployed, language):
    functions, sqs = deployed(language)
    ways = ("name", "arn")
    for by in ways:
        event = json.dumps({"taskId": by, "by": by})
        answer = functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=event)
        assert answer["StatusCode"] == 202
        assert answer["Payload"].read() == b""
    found = records(sqs, lambda found: finished(found) == len(ways))
    for by in ways:
        results = [record["responsePayload"] for record in found if record["requestPayload"]["taskId"] == by]
        results.sort(key=lambda result: result["hop"])
        assert len(results) > 1
        assert results[-1]["status"] == "DONE"
        assert results[-1]["processed"] == 100
        edges = [edge for result in results for edge in result["units"]]
        assert edges[0] == 0
        assert edges[1:-1:2] == edges[2::2]  # each begins where the one before it has ended: no unit twice
    ids = [record["requestContext"]["requestId"] for record in found]
    assert len(set(ids)) == len(ids)
    assert {record["requestContext"]["approximateInvokeCount"] for record in found} == {1}


@languages
def test_remaining_time_begins_with_the_invocation_lr_1(deployed, language):
    functions, _ = deployed(language, environment={"UNITS": "0"})
    text = {
        "node": "exports.handler = async (e, c) => [c.getRemainingTimeInMillis(), await new Promise((done) => "
        "setTimeout(() => done(c.getRemainingTimeInMillis()), 100))];",
    }.get(
        language,
        "import time\ndef handler(event, context):\n    first = context.get_remaining_time_in_millis()\n"
        "    time.sleep(0.1)\n    return [first, context.get_remaining_time_in_millis()]\n",
    )
    name = "recursion.js" if language == "node" else "recursion.py"
    functions.update_function_code(FunctionName="recursion", ZipFile=_zip(name, text))
    functions.update_function_configuration(FunctionName="recursion", Handler="recursion.handler", Timeout=5)
    for _ in range(2):
        answer = functions.invoke(FunctionName="recursion")
        first, second = json.loads(answer["Payload"].read())
        assert 4500 < first <= 5000
        assert 0 < second <= first - 95


def _zip(name, text):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, text)
    return data.getvalue()


@languages
def test_without_the_check_it_times_out_and_is_retried_lr_5(deployed, language):
    functions, sqs = deployed(language, environment={"HAND_OVER_MS": "-1", "UNIT_SECONDS": "1.5"})
    functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=b'{"taskId": "t1"}')
    (record,) = records(sqs, bool)
    context = record["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 3)
    assert record["responsePayload"]["errorMessage"].endswith("Task timed out after 2.00 seconds")


@languages
def test_endless_recursion_ends_with_detection_lr_6(deployed, aws_emulator, monkeypatch, language):
    settings = aws_emulator.emulator.settings
    monkeypatch.setattr(settings, "recursion_detection", True)
    functions, sqs = deployed(language, environment={"HAND_OVER_MS": "999999"})
    functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=b'{"taskId": "t1"}')
    found = records(sqs, lambda found: len(found) >= 17)
    assert len(found) == 17
    assert [record["requestContext"]["approximateInvokeCount"] for record in found].count(1) == 16
    (stopped,) = [record for record in found if "responsePayload" not in record]
    assert stopped["requestContext"]["approximateInvokeCount"] == 0


@pytest.mark.parametrize("language", ["worker", node])
def test_shutting_down_ends_a_chain_lr_7(language):
    short = {"EMULATOR_VIRTUAL_SLEEP": "0", "HAND_OVER_MS": "1950", "UNIT_SECONDS": "0.05"}
    with EmulatorThread(Settings(runtime="worker"), clock="real") as thread:
        thread.run(thread.emulator.deploy(described(language, environment=short)))
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        functions = boto3.client("lambda", endpoint_url=thread.url, **keys)
        functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=b'{"taskId": "t1"}')
        eventually(lambda: len(invocations(thread)) > 1)
        pids = thread.call(lambda: thread.emulator.ground.runtimes["worker"].processes("recursion"))
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert len(invocations(thread)) < 20  # where it would have ended by itself
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def invocations(thread):
    return [hop for hop in list(thread.emulator.ground.journal) if hop.kind == "invoke"]
