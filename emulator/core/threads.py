"""Handlers in threads: unlimited, reused, and never in the way of the process's end."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from contextvars import Context
from typing import TypeVar

T = TypeVar("T")
_Job = Callable[[], None]
KEEP = 32
"""Idle threads that are kept for later."""


class Threads:
    """Runs blocking functions in daemon threads; idle ones are reused, the number is not limited.

    A pool with a limit would deadlock handlers that invoke each other, and non-daemon threads would keep a process with
    a stuck handler from ending.
    """

    def __init__(self, name: str = "handler") -> None:
        self._name = name
        self._idle: list[queue.SimpleQueue[_Job | None]] = []
        self._lock = threading.Lock()
        self._count = 0
        self._closed = False

    def run(self, fn: Callable[[], T], context: Context) -> asyncio.Future[T]:
        """Start ``fn`` inside ``context``; the future is completed on the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(value: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(value)  # type: ignore[arg-type]

        def job() -> None:
            value: T | None = None
            failure: BaseException | None = None
            try:
                value = context.run(fn)
            except BaseException as error:
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has ended; nobody waits for this handler any more
                loop.call_soon_threadsafe(settle, value, failure)

        self._worker().put(job)
        return future

    def _worker(self) -> queue.SimpleQueue[_Job | None]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            self._count += 1
            jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
            threading.Thread(target=self._work, args=(jobs,), name=f"{self._name}-{self._count}", daemon=True).start()
            return jobs

    def _work(self, jobs: queue.SimpleQueue[_Job | None]) -> None:
        while (job := jobs.get()) is not None:
            job()
            del job  # an idle thread must not keep what its last job worked on
            with self._lock:
                if self._closed or len(self._idle) >= KEEP:
                    return
                self._idle.append(jobs)

    def close(self) -> None:
        """Let idle threads end; busy ones end after their job, or with the process."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for jobs in idle:
            jobs.put(None)
