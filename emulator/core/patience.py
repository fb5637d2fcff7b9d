"""Waiting for work no longer than AWS does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from emulator.core.clock import Clock
from emulator.core.units import current_unit
from emulator.core.waiters import Waiters

T = TypeVar("T")


async def within(clock: Clock, seconds: float, work: Callable[[], Awaitable[T]], label: str) -> T | None:
    """What ``work`` returns, or None once it has used ``seconds`` (or has failed, which the clock reports).

    The work is a process of its own and goes on when it takes too long; its late result is dropped, as API Gateway
    drops a function's.  Seconds are real while it computes and the clock's while it waits.
    """
    done = Waiters()
    results: list[T] = []

    async def process() -> None:
        unit = current_unit.get()
        assert unit is not None  # every spawned process has one
        unit.budget(seconds, done.wake_all)
        try:
            results.append(await work())
        finally:
            done.wake_all()

    clock.spawn(process(), label)
    await clock.wait(done, label=label)
    return results[0] if results else None
