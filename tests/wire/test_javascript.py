"""The AWS SDK for JavaScript v3 against the emulator: runs the programs in ``tests/js``."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import emulator.constructs.socket_tasks
from emulator.testing import Stack

PROGRAMS = Path(__file__).parents[1] / "js"
SAMPLES = Path(__file__).parents[2] / "sample_tasks"
HANDLERS = Path(__file__).parent / "handlers"
CONSTRUCT = Path(emulator.constructs.socket_tasks.__file__).parent
TIMEOUT = 600
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

pytestmark = [
    pytest.mark.javascript,
    pytest.mark.timeout(TIMEOUT),
    pytest.mark.skipif(not shutil.which("node") or not shutil.which("npm"), reason="node and npm are not installed"),
]


def installed() -> Path:
    """A directory with the programs and their packages, installed once for each ``package-lock.json``."""
    digest = hashlib.sha256((PROGRAMS / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aws-task-emulator-tests"
    folder = cache / f"node-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run in several processes
        if not (folder / "complete").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(PROGRAMS / name, folder)
            npm = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(npm, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
            assert done.returncode == 0, f"npm ci failed in {folder}:\n{done.stdout}{done.stderr}"
            (folder / "complete").touch()
        for program in PROGRAMS.glob("*.mjs"):
            copy = folder / program.name
            if not copy.exists() or copy.read_bytes() != program.read_bytes():
                shutil.copy(program, copy)
    return folder


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
