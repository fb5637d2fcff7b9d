"""The AWS SDK for JavaScript v3 against the emulator: runs the programs in ``tests/js``."""

import subprocess
import zipfile
from pathlib import Path

import pytest

import emulator.constructs.socket_tasks
from emulator.testing import Stack
from tests.wire.node_packages import installed, needs_packages

SAMPLES = Path(__file__).parents[2] / "sample_tasks"
HANDLERS = Path(__file__).parent / "handlers"
CONSTRUCT = Path(emulator.constructs.socket_tasks.__file__).parent
ASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl": "${asked.QueueUrl}", "MessageBody": {"token.$": "$$.Task.Token", "input.$": "$"}},
    "End": True,
}
CALLBACK = (
    Stack()
    .queue("asked")
    .state_machine("ask", definition={"StartAt": "Ask", "States": {"Ask": ASK}})
    .state_machine(
        "express", type="EXPRESS", definition={"StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": True}}}
    )
)

pytestmark = [*needs_packages]


def run(*command: str) -> None:
    done = subprocess.run(["node", *command], cwd=installed(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def functions(tmp_path):
    archive = tmp_path / "functions.zip"
    with zipfile.ZipFile(archive, "w") as files:
        for source in (CONSTRUCT / "submit.py", CONSTRUCT / "notify.py", HANDLERS / "tasks.py"):
            files.write(source, source.name)
    return archive


def test_socket_tasks_from_javascript(aws_stack, functions):
    run("client.mjs", str(functions))


@pytest.mark.parametrize("name", ["task_manager", "rest_polling", "webhook", "fargate", "rest_websocket"])
def test_clients_of_the_samples(aws_emulator, aws_stack, aws_client, name):
    aws_client("ses").verify_email_identity(EmailAddress="downloads@example.com")
    deployment = aws_emulator.run(aws_emulator.emulator.deploy(Stack.read(SAMPLES / name)))
    run("samples.mjs", name, next(iter(deployment.rest_urls.values())))


@pytest.mark.aws_stack(CALLBACK)
def test_a_task_token_and_a_synchronous_execution(aws_stack):
    run("samples.mjs", "callback", aws_stack.attributes["asked"]["QueueUrl"])
