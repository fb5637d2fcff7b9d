"""Requests and connections in progress, and the gate before them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

INSIST = 0.5
"""Real seconds after which a request that goes on (its client does not take the answer) is cancelled again."""


class Traffic:
    """Tasks that serve the cloud's clients; requests to the control API are none of them.

    While the gate is closed, those who come wait outside: a request that began between two steps of a reset would work
    on a cloud that is no longer there.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reopened: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._tasks)

    async def enter(self) -> None:
        """Return when the gate is open; to be followed by ``inside`` without a pause between them."""
        while self._reopened is not None:
            await self._reopened.wait()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The current task serves a client inside the block."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody gets in while the block runs."""
        self._reopened = asyncio.Event()
        try:
            yield
        finally:
            self._reopened.set()
            self._reopened = None

    async def end(self) -> None:
        """Cancel everything and return when it is over, except the caller's own."""
        while tasks := [task for task in self._tasks if task is not asyncio.current_task()]:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=INSIST)
