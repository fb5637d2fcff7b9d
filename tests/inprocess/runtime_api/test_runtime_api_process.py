"""Programs behind the Runtime API: a shell script, and programs that end at every wrong moment."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop
from api_world import end, message, once, spec, write

from emulator.runtimes.runtime_api import RuntimeApiProcess, start_worker
from emulator.runtimes.worker import Answered, Ended, WorkerPool

SHELL = """
#!/bin/sh
set -eu
count=0
while true; do
  headers="$(mktemp)"
  event=$(curl -sS -D "$headers" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  id=$(tr -d '\\r' <"$headers" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
  rm "$headers"
  count=$((count + 1))
  echo "run $count of $_HANDLER"
  curl -sS -o /dev/null "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" \\
    -d "{\\"count\\": $count, \\"event\\": $event, \\"env\\": \\"${AWS_EXECUTION_ENV-none}\\", \\"in\\": \\"$PWD\\"}"
done
"""

# What it does is said by the handler string and by the event.
PROGRAM = f"""
#!{sys.executable}
import http.client, json, os, signal, sys

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def call(method, path, value=None):
    api.request(method, "/2018-06-01/runtime/" + path, None if value is None else json.dumps(value))
    answer = api.getresponse()
    return answer.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(answer.read())

if os.environ["_HANDLER"] == "exit":
    sys.exit(3)
if os.environ["_HANDLER"] == "init-error":
    call("POST", "init/error", {{"errorMessage": "no", "errorType": "My.Init"}})
    sys.exit(1)
while True:
    request_id, event = call("GET", "invocation/next")
    if event == "exit":
        sys.exit(5)
    if event == "hang":
        print("hanging", flush=True)
        signal.pause()
    if event == "fail":
        call("POST", f"invocation/{{request_id}}/error", {{"errorMessage": "m", "errorType": "My.Error"}})
    else:
        call("POST", f"invocation/{{request_id}}/response", event)
    if event == "last":
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(6)
"""

Scenario = Callable[[Path], Awaitable[None]]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest, tmp_path: Path, own_garbage: None) -> Callable[[Scenario], None]:
    """Runs a scenario on each loop and checks that no task and no descriptor remains."""
    write(tmp_path, "bootstrap", PROGRAM, 0o755)

    def run(scenario: Scenario) -> None:
        async def checked() -> None:
            warm_up = await asyncio.create_subprocess_exec("true")  # the loop's own machinery opens what it keeps
            await warm_up.wait()
            server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
            server.close()
            await asyncio.sleep(0)
            del warm_up
            gc.collect()
            before = len(os.listdir("/dev/fd"))
            await scenario(tmp_path)
            await asyncio.sleep(0)  # uvloop closes a listening socket in its next round
            gc.collect()
            assert len(os.listdir("/dev/fd")) <= before  # fewer: what earlier tests have left ends meanwhile
            assert len(asyncio.all_tasks()) == 1

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(checked())

    return run


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_shell_script(tmp_path: Path) -> None:
    write(tmp_path, "bootstrap", SHELL, 0o755)
    logs: list[tuple[str | None, str, str]] = []

    async def scenario() -> list[object]:
        process = await start_worker(spec(tmp_path, "hello"), lambda *line: logs.append(line))
        first, second = await process.invoke(message(b'{"a": "b"}')), await process.invoke(message(b"2", "id-2"))
        await end(process)
        assert isinstance(first, Answered)
        assert isinstance(second, Answered)
        assert first.init_ms is not None
        assert second.init_ms is None
        return [json.loads(first.payload), json.loads(second.payload)]

    assert asyncio.run(scenario()) == [
        {"count": 1, "event": {"a": "b"}, "env": "none", "in": str(tmp_path)},
        {"count": 2, "event": 2, "env": "none", "in": str(tmp_path)},
    ]
    assert logs == [("id-1", "stdout", "run 1 of hello"), ("id-2", "stdout", "run 2 of hello")]


def test_error_keeps_the_process(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await start_worker(spec(directory))
        failed, after = await process.invoke(message(b'"fail"')), await process.invoke(message(b'"ok"', "id-2"))
        assert isinstance(failed, Answered)
        assert isinstance(after, Answered)
        assert (failed.error_type, failed.payload) == ("My.Error", b'{"errorMessage": "m", "errorType": "My.Error"}')
        assert (after.error_type, after.payload, process.alive) == (None, b'"ok"', True)
        assert after.memory_mb is None or 1 < after.memory_mb < 500
        await end(process)

    play(scenario)


@pytest.mark.parametrize(("handler", "event", "status"), [("exit", b"1", 3), ("app.handler", b'"exit"', 5)])
def test_exits(play: Callable[[Scenario], None], handler: str, event: bytes, status: int) -> None:
    async def scenario(directory: Path) -> None:
        assert await once(spec(directory, handler), message(event)) == Ended(status)

    play(scenario)


def test_init_error_before_the_first_invocation(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await start_worker(spec(directory, "init-error"))
        await process.wait()  # it has ended before anybody asked
        for _ in range(2):
            result = await process.invoke(message())
            assert isinstance(result, Answered)
            assert (result.in_init, result.error_type) == (True, "My.Init")
        assert not process.alive

    play(scenario)


def test_end_between_two_invocations(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await start_worker(spec(directory))
        assert isinstance(await process.invoke(message(b'"last"')), Answered)
        pending = asyncio.ensure_future(process.invoke(message(b"1", "id-2")))
        await asyncio.sleep(0)
        while _state(process.pid) != "T":
            pass
        os.kill(process.pid, signal.SIGCONT)
        assert await pending == Ended(6, untouched=True)
        await process.wait()

    if sys.platform == "linux":
        play(scenario)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


def test_init_does_not_count_against_the_deadline(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await start_worker(spec(directory))
        seen: list[str] = []
        process.on_init = lambda: seen.append("initialised")
        now = int(time.time() * 1000)
        await process.invoke(dataclasses.replace(message(), deadline_ms=now, sent_ms=now))
        await process.invoke(message(b"1", "id-2"))
        assert seen == ["initialised"]
        await end(process)

    play(scenario)


def test_killed_while_running_and_while_waiting(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await start_worker(spec(directory), lambda *_: process.kill())
        assert await process.invoke(message(b'"hang"')) == Ended(-signal.SIGKILL, killed=True)
        await process.wait()
        idle = await start_worker(spec(directory))
        assert isinstance(await idle.invoke(message(b"1")), Answered)
        await end(idle)
        assert not idle.alive

    play(scenario)


def test_bootstrap_that_cannot_be_started(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        (directory / "bootstrap").chmod(0o644)
        with pytest.raises(PermissionError):
            await start_worker(spec(directory))
        (directory / "bootstrap").unlink()
        with pytest.raises(FileNotFoundError):
            await start_worker(spec(directory))

    play(scenario)


def test_pool_holds_both_kinds(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        write(directory, "app.py", "def handler(event, context):\n    return event\n")
        pool = WorkerPool(start_worker)
        kinds = []
        for key, runtime in [("p", "provided.al2023"), ("q", "python3.13"), ("p", "provided.al2023")]:
            process = await pool.acquire(key, spec(directory, runtime=runtime))
            kinds.append((type(process) is RuntimeApiProcess, process.invocations))
            assert isinstance(await process.invoke(message(b"1")), Answered)
            pool.release(process)
        assert kinds == [(True, 0), (False, 0), (True, 1)]
        await pool.close()

    play(scenario)


ORPHAN = """
import asyncio, sys
from pathlib import Path
from api_world import message, spec
from emulator.runtimes.runtime_api import start_worker

async def main():
    process = await start_worker(spec(Path(sys.argv[1])), lambda *_: print(process.pid, flush=True))
    await process.invoke(message(b'"hang"'))

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part")
def test_no_program_outlives_the_emulator(tmp_path: Path) -> None:
    write(tmp_path, "bootstrap", PROGRAM, 0o755)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(tmp_path)], stdout=subprocess.PIPE, env=environment
    ) as emulator:
        assert emulator.stdout is not None
        program = os.pidfd_open(int(emulator.stdout.readline()))
        emulator.kill()
        assert select.select([program], [], [], 5)[0] == [program]
        os.close(program)
