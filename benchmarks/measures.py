"""What a load gave."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple


def percentile(values: Iterable[float], percent: float) -> float:
    """The value below which ``percent`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Load(NamedTuple):
    """Durations in milliseconds, and the seconds that all of it took."""

    durations: list[float]
    took: float

    @property
    def p50(self) -> float:
        return percentile(self.durations, 50)

    @property
    def p99(self) -> float:
        return percentile(self.durations, 99)

    @property
    def rate(self) -> float:
        """Per second."""
        return len(self.durations) / self.took


def middle(loads: Iterable[Load]) -> Load:
    """The load with the median rate: one disturbed round does not count."""
    ordered = sorted(loads, key=lambda load: load.rate)
    return ordered[len(ordered) // 2]


async def rounds(load: Callable[[], Awaitable[Load]], times: int = 3) -> list[Load]:
    """The same load several times."""
    return [await load() for _ in range(times)]


def timed(fn: Callable[[], object], count: int) -> Load:
    """``count`` blocking calls, one after the other."""
    durations = []
    start = time.perf_counter()
    for _ in range(count):
        began = time.perf_counter()
        fn()
        durations.append((time.perf_counter() - began) * 1000)
    return Load(durations, time.perf_counter() - start)
