"""Work in a thread, one piece at a time, in the order in which it came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from functools import partial
from typing import Any, TypeVar

from emulator.core.threads import Threads

T = TypeVar("T")
R = TypeVar("R")
_Piece = tuple[Callable[[], Any], Callable[[Any], Any], "asyncio.Future[Any]"]


class Lane:
    """A piece that has begun is always finished, ``done`` included, even if nobody waits for it any more."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._waiting: deque[_Piece] = deque()
        self._running = False

    def run(self, job: Callable[[], T], done: Callable[[T], R]) -> asyncio.Future[R]:
        """Run ``job`` in a thread, then ``done`` with its result on the loop, before the next job begins."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done, future))
        if not self._running:
            self._next()
        return future

    def _next(self) -> None:
        while self._waiting:
            job, done, future = self._waiting.popleft()
            if future.cancelled():
                continue
            self._running = True
            running = self._threads.run(job, Context())
            running.add_done_callback(partial(self._ended, done, future))
            return
        self._running = False

    def _ended(self, done: Callable[[Any], Any], future: asyncio.Future[Any], ended: asyncio.Future[Any]) -> None:
        try:
            result = done(ended.result())
        except BaseException as error:
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(result)
        self._next()
