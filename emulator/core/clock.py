"""The one clock.  Nothing else in the package reads time, sleeps, or starts a task.

``now() = start + real elapsed x rate + jumps``.  Modes:

* ``real``: the wall clock.
* ``60x`` (any rate): real time, scaled.
* ``auto``: real time, and a jump to the next owed timer whenever the house is idle.
* ``manual``: stands still; moves only by ``advance``.

The event loop's own time is never touched, so keep-alive, TLS and WebSocket pings stay real.  Everything here runs on
the loop's thread; ``docs/clock.md`` has the rules for idleness.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from typing import Any, TypeVar

from emulator.core.outside import GRACE, SETTLE, SILENCE, Outside
from emulator.core.processes import Processes
from emulator.core.timers import Timer, TimerKind, TimerQueue, whole_milliseconds
from emulator.core.units import Unit, current_unit
from emulator.core.waiters import Waiters
from emulator.core.workload import Workload

T = TypeVar("T")
log = logging.getLogger("emulator.clock")

PASSES = 3
"""Passes of the event loop between two timers: a callback, the task it wakes, and the task that waits for that one."""


def parse_mode(text: str) -> tuple[str, float]:
    """``real``, ``auto``, ``manual`` or a rate such as ``60x`` → (mode, rate).  Raises ValueError."""
    if text in ("real", "auto"):
        return text, 1.0
    if text == "manual":
        return text, 0.0
    scaled = re.fullmatch(r"(\d+(?:\.\d+)?)x", text)
    if scaled and float(scaled[1]) > 0:
        return text, float(scaled[1])
    raise ValueError(f"unknown clock {text!r}: real, auto, manual, or a rate such as 60x")


class Clock:
    """See the module.  ``start`` is the epoch second at which it begins (default: the real time)."""

    def __init__(self, mode: str = "real", start: float | None = None, settle: float = SETTLE, grace: float = GRACE):
        self.work = Workload(self._consider_jump)
        """Where units report that they are busy or idle."""
        self.on_fault: Callable[[str, BaseException], None] | None = None
        self._timers = TimerQueue()
        self._outside = Outside(settle, grace)
        self._processes = Processes()
        self._holds = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._probe: asyncio.Handle | None = None
        self.configure(mode, start)

    def configure(self, mode: str, start: float | None = None) -> None:
        """Change the mode; ``start`` also sets the time.  Timers stay where they are."""
        _, rate = parse_mode(mode)
        base = start if start is not None else (self.now() if hasattr(self, "_base") else time.time())
        self.mode, self._rate, self._base = mode, rate, base
        self._anchor = time.monotonic()
        self._rearm()
        self._consider_jump()

    # Time

    def now(self) -> float:
        """The emulator's time in epoch seconds."""
        return self._base + (time.monotonic() - self._anchor) * self._rate

    @property
    def rate(self) -> float:
        """The clock's seconds in a real one: 1, 0 for a manual clock, 60 for ``60x``."""
        return self._rate

    @staticmethod
    def real() -> float:
        """Real seconds, monotonic: only for measuring execution."""
        return time.monotonic()

    @staticmethod
    def wall() -> float:
        """The wall clock's epoch seconds: only for what outside parties compare with theirs (deadlines, ``Date``)."""
        return time.time()

    def real_later(self, seconds: float, fn: Callable[[], Any]) -> asyncio.TimerHandle:
        """Call ``fn`` after real seconds: for execution budgets, never for AWS's waits."""
        return asyncio.get_running_loop().call_later(seconds, fn)

    def at(self, when: float, fn: Callable[[], Any], kind: TimerKind = TimerKind.OWED, label: str = "") -> Timer:
        """Call ``fn`` at the instant ``when``."""
        timer = self._timers.add(when, fn, kind, time.monotonic(), label)
        if self._timers.head() is timer:
            self._rearm()
        if self._timers.driver() is timer:
            if self._probe is not None:
                self._probe.cancel()  # it may be waiting for the grace of a timer that this one does not pass
                self._probe = None
            self._consider_jump()
        return timer

    # Waiting

    async def sleep(self, seconds: float, kind: TimerKind = TimerKind.OWED, label: str = "sleep") -> None:
        await self.wait(None, seconds, kind, label)

    async def wait(
        self,
        waiters: Waiters | None,
        timeout: float | None = None,
        kind: TimerKind = TimerKind.OWED,
        label: str = "wait",
    ) -> bool:
        """Park the current unit until ``waiters`` wakes it (True) or ``timeout`` seconds have passed (False)."""
        unit = current_unit.get()
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def wake(value: bool) -> bool:
            if future.done():
                return False
            if unit is not None:
                unit.resume()  # before the task is scheduled, so that no gap looks idle
            future.set_result(value)
            return True

        def woken() -> bool:
            return wake(True)

        timer = self.at(self.now() + timeout, lambda: wake(False), kind, label) if timeout is not None else None
        if waiters is not None:
            waiters.add(woken)
        if unit is not None:
            unit.park()
        try:
            return await future
        finally:
            if timer is not None:
                timer.cancel()
            if waiters is not None:
                waiters.discard(woken)
            if unit is not None:
                unit.resume()

    # Work

    def unit(self, label: str, parent: Unit | None = None, key: str = "") -> Unit:
        """Open a unit of work.  ``key`` (a hop id) lets requests of a handler find the invocation they belong to."""
        return Unit(self, label, parent, key)

    def find_unit(self, key: str) -> Unit | None:
        return self.work.find(key)

    def spawn(
        self, coroutine: Coroutine[Any, Any, T], label: str, parent: Unit | None = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        """Start a process: a task with a unit of its own that is busy until it ends or waits on the clock."""
        unit = self.unit(label, parent)
        context = context or copy_context()
        context.run(current_unit.set, unit)

        def ended(error: BaseException | None) -> None:
            unit.close()
            if error is not None and self.on_fault is not None:
                self.on_fault(label, error)

        return self._processes.start(coroutine, label, context, ended)

    def processes(self) -> list[str]:
        """Labels of the processes that have not ended."""
        return self._processes.labels

    def background(self, coroutine: Coroutine[Any, Any, T], label: str) -> asyncio.Task[T]:
        """Start a task that is no work of the emulated cloud (a file watcher): it never keeps the house busy."""
        return self._processes.background(coroutine, label)

    def contact(self, work: float = SILENCE) -> None:
        """Something came from or went to the outside: wait for silence before the next jump.

        ``work``: for so many real seconds the client may be at work on what the emulator waits for.
        """
        self._outside.contact(work)

    # Idleness

    def units(self) -> list[Unit]:
        """Open units of work, oldest first."""
        return self.work.units()

    @property
    def busy(self) -> int:
        """How many units are working now; 0 in a quiet house."""
        return self.work.busy

    @contextmanager
    def hold(self) -> Iterator[None]:
        """No jump happens inside the block."""
        self.hold_on()
        try:
            yield
        finally:
            self.hold_off()

    def hold_on(self) -> None:
        self._holds += 1

    def hold_off(self) -> None:
        self._holds = max(0, self._holds - 1)
        self._consider_jump()

    # Moving

    def _consider_jump(self) -> None:
        if self.mode != "auto" or self.work.busy or self._holds or self._probe or self._timers.driver() is None:
            return
        self._later(self._outside.silence_left(), second_look=False)

    def _later(self, seconds: float, second_look: bool) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # being assembled: the first request will look again
            return
        # Two passes of the loop, so that input which is already in a socket's buffer is read before time moves.
        if seconds > 0:
            self._probe = loop.call_later(seconds, self._look, False)
        else:
            self._probe = loop.call_soon(self._look, second_look)

    def _look(self, second: bool) -> None:
        self._probe = None
        target = self._timers.driver()
        if self.mode != "auto" or self.work.busy or self._holds or target is None:
            return
        silence = self._outside.silence_left()
        grace = self._outside.grace_left(target, self._timers.outside_before(target.when))
        if silence > 0 or not second:
            self._later(silence, second_look=True)
        elif grace > 0:
            self._later(grace, second_look=False)
        else:
            self._jump_to(target.when)
            self._fire_due()
            self._consider_jump()

    def _jump_to(self, when: float) -> None:
        self._base += max(0.0, when - self.now())

    def _rearm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        head = self._timers.head()
        if head is None or self._rate == 0:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        # A day at most: the loop's timers have a range of their own.
        self._alarm = loop.call_later(min(max(0.0, (head.when - self.now()) / self._rate), 86400), self._on_alarm)

    def _on_alarm(self) -> None:
        self._alarm = None
        self._fire_due()

    def _fire_due(self) -> None:
        now = self.now() + 1e-6
        while (fn := self._timers.pop_due(now)) is not None:
            try:
                fn()
            except Exception as error:
                log.exception("a timer failed")
                if self.on_fault is not None:
                    self.on_fault("timer", error)
        self._rearm()

    async def advance(self, seconds: float, limit: float = 60.0) -> None:
        """Move on by ``seconds``, timer by timer, letting the consequences of each finish at their instant.

        Raises ClockStuckError when the house stays busy for ``limit`` real seconds.
        """
        await asyncio.sleep(self._outside.settle)  # frames that a client has just sent are still on their way
        target = whole_milliseconds(self.now() + seconds)  # as a timer that was set now
        while True:
            await self._consequences(limit)
            head = self._timers.head()
            if head is None or head.when > target + 1e-6:
                break
            self._jump_to(head.when)
            self._fire_due()
        self._jump_to(target)
        self._rearm()

    async def run_until_idle(self, limit: float = 60.0) -> None:
        """Let everything that the emulator owes happen now: jump to owed timers until there is none."""
        await asyncio.sleep(self._outside.settle)
        while True:
            await self._consequences(limit)
            head = self._timers.owed_head()
            if head is None:
                return
            self._jump_to(head.when)
            self._fire_due()

    async def _consequences(self, limit: float) -> None:
        """Wait until all that a timer has started is over.

        A timer that ends an idle unit (the timeout of a handler that waits for a long poll) makes nobody busy before
        its owner has run: hence the passes of the loop.
        """
        await self.pause()
        await self.quiet(limit)

    @staticmethod
    async def pause(passes: int = PASSES) -> None:
        """Let callbacks and tasks run that are ready now; no time passes."""
        for _ in range(passes):
            await asyncio.sleep(0)

    async def quiet(self, limit: float = 60.0) -> None:
        """Return when no unit is busy; raises ClockStuckError after ``limit`` real seconds."""
        await self.work.quiet(limit)

    # Looking

    def status(self) -> dict[str, Any]:
        """What time it is, what keeps it from moving, and what comes next."""
        now = self.now()
        pending = self._timers.pending()
        return {
            "mode": self.mode,
            "now": now,
            "held": self._holds > 0,
            "busy": self.work.describe(),
            "timers": len(pending),
            "next": [{"in": round(t.when - now, 3), "owed_by": t.kind.value, "what": t.label} for t in pending[:20]],
        }

    async def close(self) -> None:
        """Cancel every process and timer."""
        await self._processes.close()
        self._timers.clear()
        for handle in (self._alarm, self._probe):
            if handle is not None:
                handle.cancel()
        self._alarm = self._probe = None

    async def cancel_processes(self) -> None:
        """Cancel every process and wait until it is gone (not the caller's own): part of a reset."""
        await self._processes.cancel()

    def forget_timers(self) -> None:
        """Drop all timers and holds, and expect nothing of any client: part of a reset."""
        self._timers.clear()
        self._holds = 0
        self._outside.forget()
        self._rearm()
