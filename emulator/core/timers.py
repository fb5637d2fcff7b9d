"""Timers of the emulator's clock: a heap of instants, each with the party that owes the next move."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from enum import Enum
from typing import Any


class TimerKind(Enum):
    """Who owes the next move; decides what time may do in ``auto`` mode.

    OWED: the emulator (a retry, a delay, the end of a long poll): time jumps to it when the house is idle.
    OUTSIDE: a client (visibility timeout of a message an SDK holds, an idle WebSocket): never drives a jump, and no
    jump passes it until it is ``grace`` real seconds old.
    AWAITED: a client that may not exist (nobody has been heard of who works on a task with this deadline): time jumps
    to it, and passes it, once clients have been silent for a moment.
    CLAIMED: a client that has shown itself (it has taken the task, or sent a heartbeat): the same, after longer.
    STANDING: nobody (a schedule, retention, a two-hour limit): never drives a jump, fires when time passes over it.
    """

    OWED = "owed"
    OUTSIDE = "outside"
    AWAITED = "awaited"
    CLAIMED = "claimed"
    STANDING = "standing"


WAITED_FOR = (TimerKind.AWAITED, TimerKind.CLAIMED)


class Timer:
    """One instant at which ``fn`` is called, unless cancelled before."""

    __slots__ = ("_queue", "born", "fn", "kind", "label", "when")

    def __init__(
        self, queue: TimerQueue, when: float, fn: Callable[[], Any], kind: TimerKind, born: float, label: str
    ) -> None:
        self._queue = queue
        self.when = when
        self.fn: Callable[[], Any] | None = fn
        self.kind = kind
        self.born = born
        self.label = label

    @property
    def pending(self) -> bool:
        return self.fn is not None

    def cancel(self) -> None:
        if self.fn is not None:
            self.fn = None
            self._queue.dropped(self)


def whole_milliseconds(when: float) -> float:
    """AWS's times have milliseconds; rounding up lets neighbours share one jump and never fires early."""
    return math.ceil(when * 1000 - 1e-3) / 1000


class TimerQueue:
    """Timers by instant.  Cancelled ones are skipped when met and swept when they outnumber the living."""

    def __init__(self) -> None:
        self._all: list[tuple[float, int, Timer]] = []
        self._owed: list[tuple[float, int, Timer]] = []
        self._awaited: list[tuple[float, int, Timer]] = []
        self._outside: set[Timer] = set()
        self._sequence = 0
        self._cancelled = 0

    def add(self, when: float, fn: Callable[[], Any], kind: TimerKind, born: float, label: str) -> Timer:
        when = whole_milliseconds(when)
        timer = Timer(self, when, fn, kind, born, label)
        self._sequence += 1
        entry = (when, self._sequence, timer)
        heapq.heappush(self._all, entry)
        if kind is TimerKind.OWED:
            heapq.heappush(self._owed, entry)
        elif kind in WAITED_FOR:
            heapq.heappush(self._awaited, entry)
        elif kind is TimerKind.OUTSIDE:
            self._outside.add(timer)
        return timer

    def dropped(self, timer: Timer) -> None:
        """A pending timer was cancelled."""
        self._outside.discard(timer)
        self._cancelled += 1
        if self._cancelled > 64 and self._cancelled * 2 > len(self._all):
            for heap in (self._all, self._owed, self._awaited):
                heap[:] = [entry for entry in heap if entry[2].pending]
                heapq.heapify(heap)
            self._cancelled = 0

    def head(self) -> Timer | None:
        return self._first(self._all)

    def owed_head(self) -> Timer | None:
        return self._first(self._owed)

    def driver(self) -> Timer | None:
        """The timer that time would jump to next: the first that is owed, awaited or claimed."""
        owed, awaited = self._first(self._owed), self._first(self._awaited)
        if owed is None or awaited is None:
            return owed or awaited
        return awaited if awaited.when <= owed.when else owed

    def pop_due(self, now: float) -> Callable[[], Any] | None:
        """Take the callback of the first timer that is due at ``now``."""
        timer = self._first(self._all)
        if timer is None or timer.when > now:
            return None
        heapq.heappop(self._all)
        self._outside.discard(timer)
        fn, timer.fn = timer.fn, None
        for heap in (self._owed, self._awaited):
            self._first(heap)  # it was the first there as well, if it was of that kind: let go of it
        return fn

    def outside_before(self, when: float) -> list[Timer]:
        """Pending OUTSIDE timers that a jump to ``when`` would pass or reach."""
        return [timer for timer in self._outside if timer.when <= when]

    def pending(self) -> list[Timer]:
        return [entry[2] for entry in sorted(self._all) if entry[2].pending]

    def clear(self) -> None:
        for _, _, timer in self._all:
            timer.fn = None  # whoever still holds it must not count it as cancelled, nor keep what it would have called
        self._all.clear()
        self._owed.clear()
        self._awaited.clear()
        self._outside.clear()
        self._cancelled = 0

    @staticmethod
    def _first(heap: list[tuple[float, int, Timer]]) -> Timer | None:
        while heap:
            timer = heap[0][2]
            if timer.pending:
                return timer
            heapq.heappop(heap)
        return None
