"""What the house is working on: open units, how many of them are busy, and who waits until none is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.core.waiters import Waiters

if TYPE_CHECKING:
    from emulator.core.units import Unit


class ClockStuckError(RuntimeError):
    """The house did not become idle in time; the message names what is busy."""


class Workload:
    """Units report here; ``on_idle`` is called whenever the last busy one has become idle."""

    def __init__(self, on_idle: Callable[[], None]) -> None:
        self.busy = 0
        """How many units are working now; 0 in a quiet house."""
        self._on_idle = on_idle
        self._units: set[Unit] = set()
        self._keys: dict[str, Unit] = {}
        self._quiet = Waiters()

    def entered(self, unit: Unit) -> None:
        self._units.add(unit)
        if unit.key:
            self._keys[unit.key] = unit
        self.busy += 1

    def left(self, unit: Unit, was_idle: bool) -> None:
        self._units.discard(unit)
        if unit.key:
            self._keys.pop(unit.key, None)
        if not was_idle:
            self.became_idle()

    def became_busy(self) -> None:
        self.busy += 1

    def became_idle(self) -> None:
        self.busy -= 1
        if self.busy == 0:
            self._quiet.wake_all()
            self._on_idle()

    def find(self, key: str) -> Unit | None:
        return self._keys.get(key)

    def units(self) -> list[Unit]:
        """Open units of work, oldest first."""
        return sorted(self._units, key=lambda unit: unit.born)

    def describe(self) -> list[str]:
        """Busy units with the real seconds since they were opened."""
        now = time.monotonic()
        return [f"{unit.label} ({now - unit.born:.1f} s)" for unit in self.units() if unit.busy]

    async def quiet(self, limit: float) -> None:
        """Return when no unit is busy; raises ClockStuckError after ``limit`` real seconds."""
        until = time.monotonic() + limit
        while self.busy:
            left = until - time.monotonic()
            if left <= 0:
                raise ClockStuckError(f"still busy after {limit:g} s: " + "; ".join(self.describe()))
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

            def wake(future: asyncio.Future[None] = future) -> bool:
                if not future.done():
                    future.set_result(None)
                return True

            self._quiet.add(wake)
            try:
                await asyncio.wait_for(future, left)
            except TimeoutError:
                continue
            finally:
                self._quiet.discard(wake)
