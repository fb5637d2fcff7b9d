"""A worker process may die at any moment and write anything: it is reported, and nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from worker_world import LOOPS, message, spec, write

from emulator.runtimes.worker import Answered, Ended, WorkerProcess, WorkerResult

HANDLERS = """
import os, signal, subprocess, sys, threading

def ok(event, context):
    return event

def hang(event, context):
    print("hanging", flush=True)
    while True:
        pass

def child(event, context):
    print(subprocess.Popen(["sleep", "600"]).pid)
    threading.Event().wait()

def noise(event, context):
    for fd in range(3, 200):
        try:
            os.write(fd, b"\\xff\\x00 noise \\n" * 100)
        except OSError:
            pass
    return "noise"

def liar(event, context):
    import json, struct
    text = json.dumps({"kind": "result", "id": "other"}).encode()
    for fd in range(3, 200):
        try:
            os.write(fd, struct.pack(">4sII", b"EmuW", len(text), 0) + text)
        except OSError:
            pass
    threading.Event().wait()

def half(event, context):
    import struct
    for fd in range(3, 200):
        try:
            os.write(fd, struct.pack(">4sII", b"EmuW", 100, 6000000) + b"x" * 5000)
        except OSError:
            pass
    os._exit(9)

def closes(event, context):
    os.closerange(0, 200)
    threading.Event().wait()

def flood(event, context):
    for _ in range(2000):
        print("x" * 1000)
    sys.stdout.buffer.write(b"\\xff\\xfe\\n")
    sys.stdout.write("y" * 600000)
    return "done"

def forks(event, context):
    if os.fork() == 0:
        threading.Event().wait()
    os._exit(5)

def replaces_streams(event, context):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdin.read()
    return sys.argv[1:]
"""

Scenario = Callable[[Path], Awaitable[None]]


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"))


@pytest.fixture(params=LOOPS, ids=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest, tmp_path: Path, own_garbage: None) -> Callable[[Scenario], None]:
    """Runs a scenario on each loop and checks that no task, descriptor, child or warning remains."""
    write(tmp_path, "app.py", HANDLERS)

    def run(scenario: Scenario) -> None:
        async def checked() -> None:
            warm_up = await asyncio.create_subprocess_exec("true")  # the loop's own machinery opens what it keeps
            await warm_up.wait()
            del warm_up
            gc.collect()
            before = descriptors()
            await scenario(tmp_path)
            gc.collect()
            assert descriptors() <= before  # fewer: what earlier tests have left ends meanwhile
            assert len(asyncio.all_tasks()) == 1

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(checked())
        with pytest.raises(ChildProcessError):
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG)

    return run


async def one(directory: Path, handler: str, logs: list[str] | None = None) -> WorkerResult:
    lines: list[str] = [] if logs is None else logs
    process = await WorkerProcess.start(spec(directory, f"app.{handler}"), lambda _, __, line: lines.append(line))
    result = await process.invoke(message())
    process.kill()
    await process.wait()
    assert not process.alive
    return result


def test_killed_while_the_handler_runs(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        lines: list[tuple[str | None, str, str]] = []

        def on_log(request_id: str | None, stream: str, line: str) -> None:
            lines.append((request_id, stream, line))
            process.kill()

        process = await WorkerProcess.start(spec(directory, "app.hang"), on_log)
        result = await process.invoke(message())
        assert result == Ended(-signal.SIGKILL, killed=True)
        assert not process.alive
        await process.wait()
        assert lines == [("id-1", "stdout", "hanging")]

    play(scenario)


def test_killed_before_init_and_before_any_invocation(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await WorkerProcess.start(spec(directory, "app.ok"))
        pending = asyncio.ensure_future(process.invoke(message()))
        await asyncio.sleep(0)
        process.kill()
        assert await pending == Ended(-signal.SIGKILL, killed=True)
        await process.wait()
        idle = await WorkerProcess.start(spec(directory, "app.ok"))
        idle.kill()
        idle.kill()
        await idle.wait()
        assert await idle.invoke(message()) == Ended(-signal.SIGKILL, killed=True)

    play(scenario)


def test_killed_from_outside_while_idle(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await WorkerProcess.start(spec(directory, "app.ok"))
        assert isinstance(await process.invoke(message()), Answered)
        os.kill(process.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # asyncio's watcher thread may have been faster
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # noqa: ASYNC222  # milliseconds, on purpose
        assert not process.alive  # although the loop has not heard of it
        assert await process.invoke(message()) == Ended(-signal.SIGKILL)
        await process.wait()

    play(scenario)


def test_killed_from_outside_while_the_handler_runs(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await WorkerProcess.start(
            spec(directory, "app.hang"), lambda *_: os.kill(process.pid, signal.SIGKILL)
        )
        assert await process.invoke(message()) == Ended(-signal.SIGKILL)
        await process.wait()

    play(scenario)


def test_cancelled_invocation_kills(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await WorkerProcess.start(spec(directory, "app.hang"))
        pending = asyncio.ensure_future(process.invoke(message()))
        await asyncio.sleep(0)
        pending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pending
        await process.wait()
        assert process.ended == Ended(-signal.SIGKILL, killed=True)

    play(scenario)


def test_what_the_handler_started_is_killed_too(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        pids: list[int] = []

        def on_log(request_id: str | None, stream: str, line: str) -> None:
            pids.append(os.pidfd_open(int(line)))
            process.kill()

        process = await WorkerProcess.start(spec(directory, "app.child"), on_log)
        await process.invoke(message())
        await process.wait()
        assert select.select(pids, [], [], 5)[0] == pids
        os.close(pids[0])

    play(scenario)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("noise", Ended(-signal.SIGKILL)),
        ("liar", Ended(-signal.SIGKILL)),
        ("half", Ended(9)),
        ("closes", Ended(-signal.SIGKILL)),
        ("forks", Ended(5)),
    ],
)
def test_foul_play(play: Callable[[Scenario], None], handler: str, expected: Ended) -> None:
    async def scenario(directory: Path) -> None:
        result = await one(directory, handler)
        assert isinstance(result, Ended)
        assert result.status == expected.status

    play(scenario)


def test_all_output_comes_before_the_answer(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        logs: list[str] = []
        result = await one(directory, "flood", logs)
        assert isinstance(result, Answered)
        assert logs[:2000] == ["x" * 1000] * 2000
        assert logs[2000] == "\ufffd\ufffd"
        assert "".join(logs[2001:]) == "y" * 600000

    play(scenario)


def test_streams_belong_to_the_handler(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        result = await one(directory, "replaces_streams")
        assert isinstance(result, Answered)
        assert result.payload == b"[]"

    play(scenario)


def test_large_events_and_reuse(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await WorkerProcess.start(spec(directory, "app.ok"))
        event = json.dumps("x" * 6_000_000).encode()
        first, second = await process.invoke(message(event)), await process.invoke(message(b'{"a": 1}'))
        assert isinstance(first, Answered)
        assert isinstance(second, Answered)
        assert first.payload == event
        assert second.payload == b'{"a": 1}'
        assert first.init_ms is not None
        assert second.init_ms is None
        process.kill()
        await process.wait()

    play(scenario)


def test_killed_while_a_large_event_is_on_its_way(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await WorkerProcess.start(spec(directory, "app.ok"))
        pending = asyncio.ensure_future(process.invoke(message(b'"' + b"x" * 6_000_000 + b'"')))
        await asyncio.sleep(0)
        os.kill(process.pid, signal.SIGKILL)
        assert await pending == Ended(-signal.SIGKILL)
        await process.wait()

    play(scenario)


def test_exit_status_survives_many_deaths(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        write(directory, "quick.py", "import os\ndef handler(e, c):\n    os._exit(7)\n")
        for _ in range(15):
            process = await WorkerProcess.start(spec(directory, "quick.handler"))
            assert await process.invoke(message()) == Ended(7)
            await process.wait()

    play(scenario)


def test_one_invocation_at_a_time(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        process = await WorkerProcess.start(spec(directory, "app.hang"))
        pending = asyncio.ensure_future(process.invoke(message()))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one invocation at a time"):
            await process.invoke(message())
        process.kill()
        await pending
        await process.wait()

    play(scenario)


def test_missing_directory_or_interpreter(play: Callable[[Scenario], None]) -> None:
    async def scenario(directory: Path) -> None:
        with pytest.raises(FileNotFoundError):
            await WorkerProcess.start(spec(directory / "nosuch"))
        with pytest.raises(FileNotFoundError):
            await WorkerProcess.start(dataclasses.replace(spec(directory), python="/nosuch/python"))

    play(scenario)


ORPHAN = """
import asyncio, sys
from pathlib import Path
from worker_world import message, spec
from emulator.runtimes.worker import WorkerProcess

async def main():
    process = await WorkerProcess.start(spec(Path(sys.argv[1]), "app.hang"), lambda *_: print(process.pid, flush=True))
    await process.invoke(message())

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_no_worker_outlives_the_emulator(tmp_path: Path) -> None:
    write(tmp_path, "app.py", HANDLERS)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(tmp_path)], stdout=subprocess.PIPE, env=environment
    ) as emulator:
        assert emulator.stdout is not None
        pid = int(emulator.stdout.readline())
        worker = os.pidfd_open(pid)
        emulator.kill()
        assert select.select([worker], [], [], 5)[0] == [worker]
        os.close(worker)
