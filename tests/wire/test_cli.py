"""The commands against ``emulator up`` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from websockets.sync.server import ServerConnection, serve

from emulator.cli import main
from emulator.core.clock import Clock

ROOT = Path(__file__).resolve().parents[2]
TASKS = """
import time

def good(event, context):
    return {"got": event["detail"]}

def bad(event, context):
    raise ValueError("never good")

def stuck(event, context):
    time.sleep(60)
"""


class Up:
    """A running ``emulator up --json``."""

    def __init__(self, directory: Path, *arguments: str, **variables: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("EMULATOR_", "AWS_"))}
        environment |= {"PYTHONPATH": str(ROOT), **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "up", "--port", "0", "--json", *arguments],
            cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        self.created: dict[str, Any] = json.loads(first) if first else {}

    def __enter__(self) -> Up:
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.communicate()

    def run(self, *arguments: str) -> Result:
        """A command of the CLI for this emulator."""
        wide = {"COLUMNS": "200"}  # a narrow terminal shows less of a frame
        return CliRunner(env=wide).invoke(main, [*arguments, "--endpoint", self.created["endpoint"]])

    def end(self, number: int = signal.SIGINT) -> tuple[int, list[dict[str, Any]], str]:
        """Exit status, the hops it printed, and what it said on stderr."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, [json.loads(text) for text in out.splitlines()], err


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(TASKS)
    return tmp_path


@pytest.fixture
def tasks(directory: Path) -> Iterator[Up]:
    options = [f"--task={name}=mine:{name}" for name in ("good", "bad", "stuck")]
    with Up(directory, "--clock", "auto", *options) as up:
        yield up


def test_a_session(tasks: Up) -> None:
    """Submit, look, move time, invoke, trace; then Ctrl-C."""
    assert tasks.created["clock"] == "auto"
    assert tasks.created["functions"] == ["good", "bad", "stuck", "task-submit", "task-notify"]

    result = tasks.run("submit", "good", "--data", '{"n": 1}', "--id", "first", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "task_id": "first",
        "status": "Success",
        "response": {"got": {"n": 1, "id": "first"}},
    }
    failed = tasks.run("submit", "bad", "--id", "second")
    assert failed.exit_code == 1
    assert failed.stdout.startswith("second  Fail\n")
    assert '"errorMessage": "never good"' in failed.stdout

    trace = tasks.run("trace", "second").stdout
    assert trace.count("λ invoke bad  attempt") == 3
    assert "↻ retry bad  in 60 s  attempt 2" in trace
    assert "↻ retry bad  in 120 s  attempt 3" in trace
    assert "▣ record RetriesExhausted → queue notify" in trace
    whole = json.loads(tasks.run("trace", "second", "--json").stdout)
    assert json.loads(tasks.run("trace", whole["trace"][-6:], "--json").stdout)["trace"] == whole["trace"]
    assert "bad" in tasks.run("trace").stdout

    status = json.loads(tasks.run("status", "--json").stdout)
    assert status["resources"]["queues"] == ["notify"]
    (url,) = tasks.created["websocket_urls"].values()
    assert url in tasks.run("status").stdout

    invoked = json.loads(tasks.run("invoke", "good", "--data", '{"detail": 7}', "--json").stdout)
    assert invoked["payload"] == {"got": 7}
    assert invoked["function_error"] is None
    assert tasks.run("invoke", "bad").exit_code == 1
    assert "ResourceNotFoundException: Function not found" in tasks.run("invoke", "nobody").output

    before = json.loads(tasks.run("clock", "--json").stdout)["now"]
    after = json.loads(tasks.run("clock", "advance", "3m", "--json").stdout)["now"]
    assert 180 <= after - before < 240
    assert "held" in tasks.run("clock", "hold").stdout
    assert "held" not in tasks.run("clock", "release").stdout
    assert "unknown clock 'fast'" in tasks.run("clock", "mode", "fast").output

    code, hops, err = tasks.end()
    assert code == 0
    assert err == ""
    assert {"frame-in", "retry", "record", "frame-out"} <= {hop["kind"] for hop in hops}


def test_ctrl_c_ends_within_a_second_while_a_handler_is_stuck(tasks: Up) -> None:
    tasks.run("invoke", "stuck", "--async")
    began = Clock.real()
    assert tasks.end()[0] == 0
    assert Clock.real() - began < 1.5


def test_tail_prints_hops_as_they_happen_and_ends_with_the_emulator(tasks: Up) -> None:
    command = [sys.executable, "-m", "emulator", "tail", "--endpoint", tasks.created["endpoint"], "--last", "5"]
    tail = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert tail.stdout is not None
    tasks.run("submit", "good")
    lines = []
    while not lines or "disconnect" not in lines[-1]:
        lines.append(tail.stdout.readline())
        if "frame-in" in lines[-1]:
            tasks.run("submit", "good")
    assert any("λ invoke      good" in text for text in lines)
    code, _, err = tasks.end()
    tail.communicate(timeout=10)
    assert (code, err, tail.returncode) == (0, "", 0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[queues.q]\nvisibility_timout = 3\n", "queues.q.visibility_timout: unknown key. Did you mean 'visibility_t"),
        ('[functions]\nf = "mine:god"\n', "functions.f.handler: module 'mine'"),
        ('[functions]\nf = { handler = "mine:good", retries = 3 }\n', "functions.f.retries: ValidationEx"),
        ('[rules.r]\npattern = { source = "no list" }\n', "rules.r: InvalidEventPatternException"),
    ],
)
def test_a_wrong_stack_ends_it_with_the_reason(text: str, problem: str, directory: Path) -> None:
    (directory / "stack.toml").write_text(text)
    with Up(directory) as up:
        assert up.created == {}
        _, err = up.process.communicate(timeout=10)
        assert up.process.returncode == 1
        assert err.startswith(f"Error: stack.toml: {problem}")


def test_a_port_that_is_taken(tasks: Up, directory: Path) -> None:
    port = tasks.created["endpoint"].rpartition(":")[2]
    with Up(directory, "--port", port) as up:
        _, err = up.process.communicate(timeout=10)
        assert up.process.returncode == 1
        assert err.startswith(f"Error: cannot listen on 127.0.0.1:{port}: ")
        assert "--port 0" in err


def test_init_scripts_run_in_order_and_a_failing_one_does_not_stop_the_rest(directory: Path) -> None:
    folder = directory / "init" / "ready.d"
    folder.mkdir(parents=True)
    (folder / "1-fails.sh").write_text("exit 3\n")
    (folder / "2-queue.py").write_text("import boto3\nboto3.client('sqs').create_queue(QueueName='made')\n")
    with Up(directory, EMULATOR_INIT_DIR=str(directory / "init"), EMULATOR_REGION="eu-west-1") as up:
        assert up.process.stderr is not None
        assert up.process.stderr.readline() == "init: 1-fails.sh failed with exit status 3\n"
        assert up.process.stderr.readline() == "init: 2-queue.py done\n"
        client = boto3.client(
            "sqs", endpoint_url=up.created["endpoint"], region_name="eu-west-1",
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip
        assert client.list_queues()["QueueUrls"] == [f"{up.created['endpoint']}/000000000000/made"]
        assert up.end(signal.SIGTERM)[0] == 0


def test_demo() -> None:
    """Three tasks; minutes of AWS's time in seconds."""
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "demo", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = [json.loads(text) for text in done.stdout.splitlines()]
    assert [t["received"]["status"] for t in told] == ["Success", "Fail", "Fail"]
    assert "Task timed out after 1.00 seconds" in told[2]["received"]["response"]["errorMessage"]
    assert told[1]["seconds"] > 180 > told[1]["real"]
    attempts = [hop["attempt"] for hop in told[1]["hops"] if hop["kind"] == "invoke" and "attempt" in hop]
    assert attempts == [1, 2, 3]


def test_submit_passes_over_frames_that_are_no_answer() -> None:
    def answer(socket: ServerConnection) -> None:
        task = json.loads(socket.recv())["task"]
        for frame in ("no JSON", "[1]", "null", '{"task_id": "another"}'):
            socket.send(frame)
        socket.send(json.dumps({"task_id": task["id"], "status": "Success", "response": 1}))

    with serve(answer, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        done = CliRunner().invoke(main, ["submit", "report", "--id", "mine", "--url", url])
        server.shutdown()
        thread.join()
    assert done.exit_code == 0, done.output
    assert done.output.startswith("mine  Success")
