"""Units of work: what keeps the house busy, and thereby time from jumping."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.core.clock import Clock
    from emulator.core.timers import Timer

current_unit: ContextVar[Unit | None] = ContextVar("current_unit", default=None)


class Unit:
    """Work in progress: an HTTP request, a frame, an invocation, a process.

    A unit is *parked* while its owner waits on the clock, and *blocked* while one of its children is parked (a handler
    whose own request long-polls is blocked in it).  Either way it is idle; all other open units are busy.  Use it as a
    context manager on the loop's thread.
    """

    __slots__ = ("_budgets", "_clock", "_idle", "_key", "_parked", "born", "closed", "label", "parent")

    def __init__(self, clock: Clock, label: str, parent: Unit | None, key: str) -> None:
        self.closed: bool = False
        self._clock = clock
        self.label = label
        self.parent: Unit | None = parent if parent is not None and not parent.closed else None
        self._key = key
        self.born = clock.real()
        self._parked = False
        self._idle = 0  # reasons to be idle: being parked, and each idle child
        self._budgets: list[Budget] = []
        clock.work.entered(self)

    @property
    def busy(self) -> bool:
        return not self.closed and self._idle == 0

    @property
    def key(self) -> str:
        return self._key

    def park(self) -> None:
        if not self._parked and not self.closed:
            self._parked = True
            self._shift(+1)

    def resume(self) -> None:
        if self._parked:
            self._parked = False
            self._shift(-1)

    def _shift(self, reasons: int) -> None:
        if self.closed:
            return
        was = self._idle
        self._idle += reasons
        if bool(was) == bool(self._idle):
            return
        # A parent is taken back before its child, and parked after it: there is never a gap in which nobody is busy.
        if self._idle:
            self._switch_budgets()
            if self.parent:
                self.parent._shift(+1)
            self._clock.work.became_idle()
        else:
            if self.parent:
                self.parent._shift(-1)
            self._clock.work.became_busy()
            self._switch_budgets()

    def budget(self, seconds: float, on_spent: Callable[[], Any]) -> Budget:
        """Call ``on_spent`` once this unit has used ``seconds``: real ones while busy, the clock's while idle."""
        budget = Budget(self, seconds, on_spent)
        self._budgets.append(budget)
        return budget

    def _switch_budgets(self) -> None:
        for budget in list(self._budgets):
            budget.switch()

    def close(self) -> None:
        if self.closed:
            return
        for budget in list(self._budgets):
            budget.cancel()
        was_idle = self._idle
        self.closed = True
        self._clock.work.left(self, was_idle > 0)
        if was_idle and self.parent:
            self.parent._shift(-1)

    def __enter__(self) -> Unit:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class Budget:
    """Seconds that a unit may use.

    Computing is paid in real seconds, waiting on the clock in the clock's: so a scaled clock never kills a handler that
    merely computes, and a handler that long-polls past its timeout is ended at the very instant.
    """

    __slots__ = ("_handle", "_left", "_on_spent", "_since", "_timer", "_unit")

    def __init__(self, unit: Unit, seconds: float, on_spent: Callable[[], Any]) -> None:
        self._unit = unit
        self._left = seconds
        self._on_spent: Callable[[], Any] | None = on_spent
        self._handle: Any = None
        self._timer: Timer | None = None
        self._since = 0.0
        self._arm()

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._left - self._used())

    def switch(self) -> None:
        """The unit became busy or idle: settle what was used and go on in the other currency."""
        if self._on_spent is not None:
            self._left -= self._used()
            self._disarm()
            self._arm()

    def cancel(self) -> None:
        if self._on_spent is not None:
            self._left -= self._used()
            self._on_spent = None
            self._disarm()
            self._unit._budgets.remove(self)

    def _used(self) -> float:
        clock = self._unit._clock
        if self._timer is not None:
            return clock.now() - self._since
        if self._handle is not None:
            return clock.real() - self._since
        return 0.0

    def _arm(self) -> None:
        clock, left = self._unit._clock, max(0.0, self._left)
        if self._unit.busy:
            self._since = clock.real()
            self._handle = clock.real_later(left, self._spent)
        else:
            self._since = clock.now()
            self._timer = clock.at(self._since + left, self._spent, label=f"budget of {self._unit.label}")

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _spent(self) -> None:
        on_spent = self._on_spent
        self._left = 0.0
        self._handle = self._timer = None
        self._on_spent = None
        if self in self._unit._budgets:
            self._unit._budgets.remove(self)
        if on_spent is not None:
            on_spent()
