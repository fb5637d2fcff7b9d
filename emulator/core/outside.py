"""What clients may still be about to do, in real seconds: automatic time waits for them before it jumps."""

from __future__ import annotations

import time
from collections.abc import Iterable

from emulator.core.timers import Timer, TimerKind

SETTLE = 0.004
"""Real seconds of silence from outside before time may jump: lets a client send its next request."""
GRACE = 0.2
"""Real seconds for which no jump passes a timer that an outside client owes."""
SILENCE = 0.3
"""Real seconds after a client's request in which it may go on to answer a task that nobody has claimed."""
PATIENCE = 3.0
"""Real seconds that a client has to answer what it has taken, before time jumps to the deadline; more than this nobody
keeps time from jumping."""


class Outside:
    """Remembers when somebody was last heard of."""

    def __init__(self, settle: float, grace: float) -> None:
        self.settle = settle
        self.grace = grace
        self._last_contact = 0.0
        self._work_until = 0.0

    def contact(self, work: float) -> None:
        """Something came from or went to the outside; for ``work`` seconds its client may be busy with it."""
        self._last_contact = time.monotonic()
        self._work_until = max(self._work_until, self._last_contact + work)

    def forget(self) -> None:
        """Expect nothing of anybody any more."""
        self._work_until = 0.0

    def silence_left(self) -> float:
        """Seconds until it has been silent for long enough; negative when it has."""
        return self._last_contact + self.settle - time.monotonic()

    def grace_left(self, target: Timer, passed: Iterable[Timer]) -> float:
        """Seconds for which a jump to ``target`` over the outside timers ``passed`` has to wait."""
        until = max((timer.born + self.grace for timer in passed), default=0.0)
        return max(until, self._given_up(target)) - time.monotonic()

    def _given_up(self, timer: Timer) -> float:
        """The real instant from which nobody is expected any more who would keep ``timer`` from firing."""
        if timer.kind is TimerKind.CLAIMED:
            return timer.born + PATIENCE
        if timer.kind is TimerKind.AWAITED:
            return min(max(timer.born + SILENCE, self._work_until), timer.born + PATIENCE)
        return 0.0
