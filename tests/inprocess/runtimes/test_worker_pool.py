"""Which process an invocation gets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from worker_world import message, spec, write

from emulator.runtimes.worker import Answered, Ended, PoolClosedError, WorkerPool, WorkerProcess, WorkerSpec
from emulator.runtimes.worker.process import OnLog

A = WorkerSpec("app.handler", "/code", {"V": "1"})
B = WorkerSpec("app.handler", "/code", {"V": "2"})


@dataclass(eq=False)
class Fake:
    """A process without a process."""

    spec: WorkerSpec
    alive: bool = True
    ended: Ended | None = None

    def kill(self) -> None:
        self.alive = False

    async def wait(self) -> None:
        self.ended = Ended(-9, killed=True)


def pool_of_fakes() -> tuple[WorkerPool, list[Fake]]:
    started: list[Fake] = []

    async def start(spec: WorkerSpec, on_log: OnLog) -> WorkerProcess:
        started.append(Fake(spec))
        await asyncio.sleep(0)
        return cast(WorkerProcess, started[-1])

    return WorkerPool(cast(Callable[[WorkerSpec, OnLog], Awaitable[WorkerProcess]], start)), started


def test_warm_processes_are_used_again_the_last_one_first() -> None:
    async def scenario() -> None:
        pool, started = pool_of_fakes()
        one, two = await pool.acquire("f", A), await pool.acquire("f", A)
        assert one is not two
        assert pool.counts("f") == (0, 2)
        pool.release(one)
        pool.release(two)
        assert pool.counts("f") == (2, 0)
        assert await pool.acquire("f", A) is two
        assert await pool.acquire("g", A) not in (one, two)
        assert len(started) == 3

    asyncio.run(scenario())


def test_dead_changed_and_discarded_processes_are_not_used_again() -> None:
    async def scenario() -> None:
        pool, _ = pool_of_fakes()
        dead = await pool.acquire("f", A)
        cast(Fake, dead).alive = False
        pool.release(dead)
        assert pool.counts("f") == (0, 0)
        crashed_while_idle = await pool.acquire("f", A)
        pool.release(crashed_while_idle)
        cast(Fake, crashed_while_idle).alive = False
        changed = await pool.acquire("f", A)
        assert changed is not crashed_while_idle
        pool.release(changed)
        other = await pool.acquire("f", B)
        assert other is not changed
        assert not changed.alive
        pool.discard(other)
        assert not other.alive
        assert pool.counts("f") == (0, 0)

    asyncio.run(scenario())


def test_restart_lets_running_invocations_finish() -> None:
    async def scenario() -> None:
        pool, _ = pool_of_fakes()
        running, idle = await pool.acquire("f", A), await pool.acquire("f", A)
        pool.release(idle)
        pool.restart("f")
        pool.restart("unknown")
        assert (running.alive, idle.alive) == (True, False)
        later = await pool.acquire("f", A)
        assert later not in (running, idle)
        pool.release(running)
        assert not running.alive
        pool.release(later)
        assert later.alive

    asyncio.run(scenario())


def test_restart_while_a_process_starts() -> None:
    async def scenario() -> None:
        pool, _ = pool_of_fakes()
        pending = asyncio.ensure_future(pool.acquire("f", A))
        await asyncio.sleep(0)
        pool.restart("f")
        process = await pending
        assert process.alive
        pool.release(process)
        assert not process.alive

    asyncio.run(scenario())


def test_close_while_a_process_starts() -> None:
    async def scenario() -> None:
        pool, started = pool_of_fakes()
        pending = asyncio.ensure_future(pool.acquire("f", A))
        await asyncio.sleep(0)
        await pool.close()
        with pytest.raises(PoolClosedError):
            await pending
        assert not started[0].alive
        with pytest.raises(PoolClosedError):
            await pool.acquire("f", A)

    asyncio.run(scenario())


def test_real_processes(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "import threading\ndef handler(e, c):\n    return e or threading.Event().wait()\n")

    async def scenario() -> None:
        pool = WorkerPool()
        first = await pool.acquire("f", spec(tmp_path))
        assert isinstance(await first.invoke(message(b"1")), Answered)
        pool.release(first)
        assert await pool.acquire("f", spec(tmp_path)) is first
        pending = asyncio.ensure_future(first.invoke(message(b"0")))
        second = await pool.acquire("f", spec(tmp_path))
        pool.release(second)
        await asyncio.sleep(0)
        await pool.close()
        assert await pending == Ended(-9, killed=True)
        assert (first.ended, second.ended) == (Ended(-9, killed=True), Ended(-9, killed=True))
        pool.release(first)

    asyncio.run(scenario())
