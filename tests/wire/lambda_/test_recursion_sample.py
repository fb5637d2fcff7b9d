"""The self-invoking function, LR-1 to LR-7, in Python and Node."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from emulator.core.settings import Settings
from emulator.testing import EmulatorThread, Stack

SAMPLE = Path(__file__).parents[3] / "sample_tasks" / "recursion"
PACKAGES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aws-task-emulator-tests"
VIRTUAL = {"EMULATOR_VIRTUAL_SLEEP": "1", "HAND_OVER_MS": "500"}
PYTHON = {"handler": "recursion:handler"}
NODE = {"handler": "recursion.handler", "runtime": "nodejs22.x", "memory": 512}


def node_packages() -> str:
    """Where a test of the SDK has installed it; "" when it has not (`test_javascript.py` does)."""
    found = [folder / "node_modules" for folder in PACKAGES.glob("node-*") if (folder / "complete").exists()]
    return str(found[0]) if found and shutil.which("node") else ""


node = pytest.param("node", marks=pytest.mark.skipif(not node_packages(), reason="the SDK for JavaScript is not there"))
languages = pytest.mark.parametrize("language", ["inline", "worker", node])


def described(language: str, **function) -> Stack:
    own = NODE if language == "node" else PYTHON
    fast = {"NODE_PATH": node_packages(), "UNIT_SECONDS": "0.03", "HAND_OVER_MS": "300"}
    environment = (fast if language == "node" else VIRTUAL) | function.pop("environment", {})
    timeout = 1 if language == "node" else 2
    targets = {"on_success": "queue:progress", "on_failure": "queue:progress"}
    table = {**own, "timeout": timeout, "environment": environment, **targets, **function}
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
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def finished(found):
    return any(record["responsePayload"].get("status") != "CONTINUED" for record in found)


@languages
@pytest.mark.parametrize("by", ["name", "arn"])
def test_100_units_are_done_once_each_lr_2_3_4(deployed, language, by):
    functions, sqs = deployed(language)
    event = {"taskId": "t1", "by": by}
    answer = functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=json.dumps(event))
    assert answer["StatusCode"] == 202
    assert answer["Payload"].read() == b""
    found = records(sqs, finished)
    results = sorted((record["responsePayload"] for record in found), key=lambda result: result["hop"])
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
    import io
    import zipfile

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, text)
    return data.getvalue()


@languages
def test_without_the_check_it_times_out_and_is_retried_lr_5(deployed, language):
    seconds = 1 if language == "node" else 2
    functions, sqs = deployed(language, environment={"HAND_OVER_MS": "-1", "UNIT_SECONDS": "0.2"})
    functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=b'{"taskId": "t1"}')
    (record,) = records(sqs, bool)
    context = record["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 3)
    assert record["responsePayload"]["errorMessage"].endswith(f"Task timed out after {seconds}.00 seconds")


@pytest.mark.parametrize("language", ["inline", "worker"])
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


def test_shutting_down_ends_a_chain_lr_7():
    import boto3

    with EmulatorThread(Settings(runtime="worker"), clock="real") as thread:
        stack = described("worker", environment={"EMULATOR_VIRTUAL_SLEEP": "0"})
        thread.run(thread.emulator.deploy(stack))
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        functions = boto3.client("lambda", endpoint_url=thread.url, **keys)
        functions.invoke(FunctionName="recursion", InvocationType="Event", Payload=b'{"taskId": "t1"}')
        workers = thread.emulator.ground.runtimes["worker"]
        until = time.monotonic() + 10
        while not workers.processes("recursion") and time.monotonic() < until:
            time.sleep(0.02)
        (pid,) = workers.processes("recursion")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
