"""The tasks of the event loop that the clock has started, so that none outlives a reset or a stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger("emulator.clock")

INSIST = 0.5
"""Real seconds after which a process that goes on is cancelled again."""


class Processes:
    """Processes, which are work of the emulated cloud, and background tasks, which are not."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._background: set[asyncio.Task[Any]] = set()

    @property
    def labels(self) -> list[str]:
        """Those of the processes that run."""
        return sorted(task.get_name() for task in self._tasks)

    def start(
        self,
        coroutine: Coroutine[Any, Any, T],
        label: str,
        context: Context,
        ended: Callable[[BaseException | None], None],
    ) -> asyncio.Task[T]:
        """Start a process; ``ended`` is told its error, if it has failed."""

        def settle(task: asyncio.Task[T]) -> None:
            self._tasks.discard(task)
            error = None if task.cancelled() else task.exception()
            if error is not None:
                log.error("%s failed", label, exc_info=error)
            ended(error)

        task = asyncio.get_running_loop().create_task(coroutine, name=label, context=context)
        self._tasks.add(task)
        task.add_done_callback(settle)
        return task

    def background(self, coroutine: Coroutine[Any, Any, T], label: str) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(coroutine, name=label)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def cancel(self) -> None:
        """Cancel every process and wait until it is gone (not the caller's own); those that their ends start, too."""
        while tasks := [task for task in self._tasks if task is not asyncio.current_task()]:
            for task in tasks:
                task.cancel()
            # Not for ever: one that has swallowed its cancellation is cancelled again.
            await asyncio.wait(tasks, timeout=INSIST)
            await asyncio.sleep(0)  # their units are closed in callbacks

    async def close(self) -> None:
        """Cancel the background tasks, then the processes."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.cancel()
