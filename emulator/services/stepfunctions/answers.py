"""How an attempt of a Task ends: somebody answers, or time runs out."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from contextlib import contextmanager
from typing import Any

from emulator.asl.errors import RUNTIME, TIMEOUT, StatesError
from emulator.asl.scope import ABSENT
from emulator.asl.timing import TaskLimits
from emulator.core.clock import Clock
from emulator.core.timers import TimerKind
from emulator.core.waiters import Waiters

log = logging.getLogger("emulator.stepfunctions")

PATIENCE = 3.0
"""Real seconds for which ``auto`` time waits for an answer from outside before it goes on to a task's timeout."""


class Answer:
    """The first word counts.  ``beat`` is the instant of the latest heartbeat; ``held`` says that a client outside is
    known to work on the task, so that time never jumps to its timeouts."""

    __slots__ = ("beat", "error", "held", "value", "waiters")

    def __init__(self, now: float) -> None:
        self.beat = now
        self.held = False
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

    def heartbeat(self, now: float, held: bool) -> None:
        self.beat = now
        self.held = self.held or held
        self.waiters.wake_all()

    def hold(self) -> None:
        """A client outside has taken the task."""
        self.held = True
        self.waiters.wake_all()


def timed_out(heartbeat: bool = False) -> StatesError:
    """Recorded from AWS: a missed heartbeat has the same name, and neither has a cause."""
    return StatesError(TIMEOUT, heartbeat=heartbeat)


async def outcome(clock: Clock, answer: Answer, limits: TaskLimits, since: float, kind: TimerKind) -> Any:
    """Wait for ``answer``.  The timeout runs from ``since``, the heartbeat from the latest one.  Raises StatesError."""
    while not answer.settled:
        deadlines = []
        if limits.timeout is not None:
            deadlines.append((since + limits.timeout, False))
        if limits.heartbeat is not None:
            deadlines.append((answer.beat + limits.heartbeat, True))
        if not deadlines:
            await clock.wait(answer.waiters, None, kind)
            continue
        deadline, heartbeat = min(deadlines)
        with _driver(clock, answer, deadline, kind):
            woken = await clock.wait(answer.waiters, max(0.0, deadline - clock.now()), kind, "timeout of a task")
        if not woken and not answer.settled:
            raise timed_out(heartbeat)
    if answer.error is not None:
        raise answer.error
    return answer.value


@contextmanager
def _driver(clock: Clock, answer: Answer, deadline: float, kind: TimerKind) -> Any:
    """In ``auto`` time: if nobody outside seems to care for the task, let time jump to its timeout after a while."""
    if kind is not TimerKind.OUTSIDE or clock.mode != "auto" or answer.held:
        yield
        return
    timers: list[Any] = []

    def drive() -> None:
        timers.append(clock.at(deadline, lambda: None, label="timeout of a task nobody answers"))

    handle = clock.real_later(PATIENCE, drive)
    try:
        yield
    finally:
        handle.cancel()
        for timer in timers:
            timer.cancel()


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
