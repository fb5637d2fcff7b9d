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


class Rounds(NamedTuple):
    """The same load several times; figures are medians over the rounds."""

    loads: list[Load]

    @property
    def p50(self) -> float:
        return percentile((load.p50 for load in self.loads), 50)

    @property
    def p99(self) -> float:
        return percentile((load.p99 for load in self.loads), 50)

    @property
    def rate(self) -> float:
        return percentile((load.rate for load in self.loads), 50)

    def spread(self, figure: str) -> tuple[float, float]:
        """Least and greatest ``p50``, ``p99`` or ``rate`` of a round."""
        found = [getattr(load, figure) for load in self.loads]
        return min(found), max(found)


async def alternately(*loads: Callable[[], Awaitable[Load]], times: int = 5) -> list[Rounds]:
    """Each load in turn, ``times`` times round: a busy moment of the machine then hits a load and its floor alike."""
    found = [Rounds([]) for _ in loads]
    for _ in range(times):
        for rounds, load in zip(found, loads, strict=True):
            rounds.loads.append(await load())
    return found


def timed(fn: Callable[[], object], count: int) -> Load:
    """``count`` blocking calls, one after the other."""
    durations = []
    start = time.perf_counter()
    for _ in range(count):
        began = time.perf_counter()
        fn()
        durations.append((time.perf_counter() - began) * 1000)
    return Load(durations, time.perf_counter() - start)
