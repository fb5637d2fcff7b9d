"""How an attempt of a Task ends: somebody answers, or time runs out."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any

from emulator.asl.errors import RUNTIME, TIMEOUT, StatesError
from emulator.asl.scope import ABSENT
from emulator.asl.timing import TaskLimits
from emulator.core.clock import Clock
from emulator.core.timers import TimerKind
from emulator.core.waiters import Waiters

log = logging.getLogger("emulator.stepfunctions")


class Answer:
    """The first word counts.  ``beat`` is the instant of the latest heartbeat; ``claimed`` says that a client outside
    has taken the task or sent a heartbeat."""

    __slots__ = ("beat", "claimed", "error", "value", "waiters")

    def __init__(self, now: float) -> None:
        self.beat = now
        self.claimed = False
        self.value: Any = ABSENT
        self.error: StatesError | None = None
        self.waiters = Waiters()

    @property
    def settled(self) -> bool:
        return self.value is not ABSENT or self.error is not None

    def succeed(self, value: Any) -> None:
        if not self.settled:
            self.value = value
            self.waiters.wake_all()

    def fail(self, error: StatesError) -> None:
        if not self.settled:
            self.error = error
            self.waiters.wake_all()

    def heartbeat(self, now: float, outside: bool) -> None:
        self.beat = now
        self.claimed = self.claimed or outside
        self.waiters.wake_all()


def timed_out(heartbeat: bool = False) -> StatesError:
    """Recorded from AWS: a missed heartbeat has the same name, and neither has a cause."""
    return StatesError(TIMEOUT, heartbeat=heartbeat)


async def outcome(clock: Clock, answer: Answer, limits: TaskLimits, since: float, *, by_client: bool = False) -> Any:
    """Wait for ``answer``, which comes from a client or is the emulator's own affair.  Raises StatesError.

    The timeout runs from ``since``, the heartbeat from the latest one.
    """
    while not answer.settled:
        deadlines = []
        if limits.timeout is not None:
            deadlines.append((since + limits.timeout, False))
        if limits.heartbeat is not None:
            deadlines.append((answer.beat + limits.heartbeat, True))
        if not deadlines:
            await clock.wait(answer.waiters)
            continue
        deadline, heartbeat = min(deadlines)
        kind = (TimerKind.CLAIMED if answer.claimed else TimerKind.AWAITED) if by_client else TimerKind.OWED
        woken = await clock.wait(answer.waiters, max(0.0, deadline - clock.now()), kind, "timeout of a task")
        if not woken and not answer.settled:
            raise timed_out(heartbeat)
    if answer.error is not None:
        raise answer.error
    return answer.value


def start_call(clock: Clock, answer: Answer, work: Coroutine[Any, Any, Any], label: str) -> Any:
    """Run ``work`` as a process whose result (or StatesError) becomes the answer.  Whoever stops waiting leaves it
    alone: AWS lets a function finish unheard."""

    async def run() -> None:
        try:
            answer.succeed(await work)
        except StatesError as error:
            answer.fail(error)
        except Exception as error:
            log.exception("%s failed inside the emulator", label)
            answer.fail(StatesError(RUNTIME, f"{type(error).__name__} in the emulator: {error}"))

    return clock.spawn(run(), label)
