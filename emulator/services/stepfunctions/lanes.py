"""Child processes side by side: the first failure ends the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from emulator.asl.errors import RUNTIME, StatesError
from emulator.core.clock import Clock
from emulator.core.waiters import Waiters
from emulator.services.stepfunctions.flow import Flow

log = logging.getLogger("emulator.stepfunctions")


class Lanes:
    """Processes of one Parallel or Map.  ``failed`` is the line whose failure came first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._left = 0
        self._waiters = Waiters()
        self.failed: Flow | None = None
        self.error: StatesError | None = None

    def start(self, work: Coroutine[Any, Any, Any], label: str) -> None:
        """Run ``work`` beside the others."""
        self._left += 1
        self._tasks.append(self._clock.spawn(self._watch(work), label))

    def fail(self, flow: Flow | None, error: StatesError) -> None:
        """To be called by a lane whose line has failed; later ones do not count."""
        if self.error is None:
            self.failed, self.error = flow, error

    async def _watch(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except Exception as error:
            if not isinstance(error, StatesError):
                log.exception("a line of an execution failed inside the emulator")
                error = StatesError(RUNTIME, f"{type(error).__name__} in the emulator: {error}")
            self.fail(None, error)
        finally:
            self._left -= 1
            if self.error is not None or not self._left:
                self._waiters.wake_all()

    async def finish(self) -> None:
        """Wait for all; at the first failure (or when the waiting process itself is ended) end the others."""
        try:
            while self._left and self.error is None:
                await self._clock.wait(self._waiters)
        finally:
            if self._left:
                for task in self._tasks:
                    task.cancel()
