"""A Node process may be killed, die or write anything at any moment; the emulator may die too."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from node_world import message, spec, value, write

from emulator.runtimes.worker import Answered, Ended, Program, WorkerPool, WorkerProcess, WorkerResult

HANDLERS = """
const fs = require("node:fs");
const { spawn } = require("node:child_process");
exports.hang = () => { console.log("hanging"); for (;;) {} };
exports.waits = () => { console.log("waiting"); return new Promise((resolve) => setTimeout(resolve, 600000)); };
exports.open = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("abc");
  process.on("beforeExit", () => console.log("nothing left"));
});
exports.child = () => { console.log(spawn("sleep", ["600"]).pid); return new Promise(() => {}); };
exports.noise = async () => {
  for (let fd = 3; fd < 100; fd += 1) {
    try { if (fs.fstatSync(fd).isSocket()) { fs.writeSync(fd, "noise ".repeat(10)); } } catch { /* not open */ }
  }
};
exports.streams = async () => fs.readFileSync(0, "utf8");
exports.timer = async (event) => {
  if (event === 1) { setTimeout(() => { globalThis.fired = true; }, 1); }
  return globalThis.fired ?? false;
};
exports.echo = async (event) => event;
exports.memory = async () => { const kept = []; for (;;) { kept.push(new Array(1e6).fill(kept.length)); } };
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write(tmp_path, "index.js", HANDLERS)
    return tmp_path


async def one(directory: Path, handler: str, event: bytes = b"{}", kill_on: str = "(nothing)") -> WorkerResult:
    process = await WorkerProcess.start(
        spec(directory, f"index.{handler}"), lambda _, __, line: process.kill() if kill_on in line else None
    )
    result = await process.invoke(message(event))
    process.kill()
    await process.wait()
    return result


def test_killed_while_the_handler_runs(directory: Path) -> None:
    killed = Ended(-signal.SIGKILL, killed=True)
    assert asyncio.run(one(directory, "hang", kill_on="hanging")) == killed
    assert asyncio.run(one(directory, "waits", kill_on="waiting")) == killed


def test_a_stream_that_is_not_ended_keeps_the_process(directory: Path) -> None:
    """Recorded from AWS's published clients: the answer's connection stays open, until the function times out."""
    assert asyncio.run(one(directory, "open", kill_on="nothing left")) == Ended(-signal.SIGKILL, killed=True)


def test_what_the_handler_started_is_killed_too(directory: Path) -> None:
    pids: list[int] = []

    async def run() -> None:
        def on_log(request_id: str | None, stream: str, line: str) -> None:
            pids.append(os.pidfd_open(int(line.rpartition("\t")[2])))
            process.kill()

        process = await WorkerProcess.start(spec(directory, "index.child"), on_log)
        await process.invoke(message())
        await process.wait()

    asyncio.run(run())
    assert select.select(pids, [], [], 5)[0] == pids
    os.close(pids[0])


def test_noise_on_our_socket(directory: Path) -> None:
    assert asyncio.run(one(directory, "noise")) == Ended(-signal.SIGKILL)


def test_standard_input_is_empty(directory: Path) -> None:
    assert value(asyncio.run(one(directory, "streams"))) == ""


def test_heap_is_as_large_as_the_memory(directory: Path) -> None:
    result = asyncio.run(one(directory, "memory"))
    assert isinstance(result, Ended)
    assert result.status in {-signal.SIGABRT, -signal.SIGTRAP}


def test_large_events(directory: Path) -> None:
    async def run() -> None:
        process = await WorkerProcess.start(spec(directory, "index.echo"))
        for event in (b"1", b'"' + "é".encode() * 3_000_000 + b'"', b'"' + b"x" * 65500 + b'"', b"2"):
            result = await process.invoke(message(event))
            assert isinstance(result, Answered)
            assert result.payload == event
        process.kill()
        await process.wait()

    asyncio.run(run())


def test_frozen_between_invocations(directory: Path) -> None:
    async def run() -> list[bool]:
        process = await WorkerProcess.start(spec(directory, "index.timer"))
        first = value(await process.invoke(message(b"1")))
        await asyncio.sleep(0.01)
        seen = [first, value(await process.invoke(message(b"2"))), value(await process.invoke(message(b"3")))]
        process.kill()
        await process.wait()
        return seen

    first, second, third = asyncio.run(run())
    assert (first, second or third) == (False, True)  # the timer goes on when the environment does


def test_init_does_not_count_against_the_deadline(directory: Path) -> None:
    write(
        directory,
        "slow.js",
        """
        const end = Date.now() + 300;
        while (Date.now() < end);
        exports.handler = async (event, context) => context.getRemainingTimeInMillis();
    """,
    )

    async def run() -> tuple[list[str], WorkerResult]:
        process = await WorkerProcess.start(spec(directory, "slow.handler"))
        seen: list[str] = []
        process.on_init = lambda: seen.append("initialised")
        now = int(time.time() * 1000)
        result = await process.invoke(dataclasses.replace(message(), deadline_ms=now + 5000, sent_ms=now))
        process.kill()
        await process.wait()
        return seen, result

    seen, result = asyncio.run(run())
    assert seen == ["initialised"]
    assert 4700 < value(result) <= 5001


def test_pool_reuses_processes(directory: Path) -> None:
    async def run() -> list[int]:
        pool = WorkerPool()
        seen = []
        for _ in range(2):
            process = await pool.acquire("key", spec(directory, "index.echo"))
            await process.invoke(message())
            seen.append(process.pid)
            pool.release(process)
        await pool.close()
        return seen

    first, second = asyncio.run(run())
    assert first == second


def test_no_node(directory: Path) -> None:
    without = dataclasses.replace(spec(directory, "index.echo"), program=Program(("nosuch-node",)))
    with pytest.raises(FileNotFoundError):
        asyncio.run(WorkerProcess.start(without))


ORPHAN = """
import asyncio, sys
from pathlib import Path
from node_world import message, spec
from emulator.runtimes.worker import WorkerProcess, process as module

if sys.argv[3] == "watch":
    module.needs_watching = lambda: True
    module.arm = lambda *_: None

async def main():
    process = await WorkerProcess.start(
        spec(Path(sys.argv[1]), sys.argv[2]), lambda *_: print(process.pid, flush=True)
    )
    await process.invoke(message())

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.parametrize(("handler", "how"), [("index.hang", "kernel"), ("index.waits", "watch")])
def test_no_process_outlives_the_emulator(directory: Path, handler: str, how: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ORPHAN, str(directory), handler, how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as emulator:
        assert emulator.stdout is not None
        node = os.pidfd_open(int(emulator.stdout.readline()))
        emulator.kill()
        assert select.select([node], [], [], 5)[0] == [node]
        os.close(node)
