"""Keeps worker processes warm between invocations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakSet

from .process import OnLog, WorkerProcess, WorkerSpec, _ignore

Start = Callable[[WorkerSpec, OnLog], Awaitable[WorkerProcess]]


class PoolClosedError(Exception):
    """The pool was closed; no process is given out any more."""


@dataclass(slots=True)
class _Group:
    """The processes of one key: ``idle`` (last used last), ``busy``; ``generation`` counts code changes."""

    generation: int = 0
    idle: list[WorkerProcess] = field(default_factory=list)
    busy: dict[WorkerProcess, int] = field(default_factory=dict)


class WorkerPool:
    """Warm processes per key (a function's version).

    An invocation takes an idle process or starts one, so simultaneous invocations run in separate processes.  The
    bookkeeping is synchronous; only the start of a process is awaited.
    """

    def __init__(self, start: Start = WorkerProcess.start) -> None:
        self._start = start
        self._groups: dict[str, _Group] = {}
        self._keys: dict[WorkerProcess, str] = {}
        self._ending: WeakSet[WorkerProcess] = WeakSet()  # the event loop holds them until they have ended
        self._closed = False

    async def acquire(self, key: str, spec: WorkerSpec, on_log: OnLog = _ignore) -> WorkerProcess:
        """An idle process of ``key`` started with ``spec``, or a new one.

        ``on_log`` hears a new process only.  The caller owes `release` or `discard`.  Raises OSError as
        `WorkerProcess.start` does, PoolClosedError after `close`.
        """
        if self._closed:
            raise PoolClosedError
        group = self._groups.setdefault(key, _Group())
        process = self._warm(group, spec)
        if process is None:
            generation = group.generation
            process = await self._start(spec, on_log)
            if self._closed:
                process.kill()
                await process.wait()
                raise PoolClosedError
            self._keys[process] = key
        else:
            generation = group.generation
        group.busy[process] = generation
        return process

    def release(self, process: WorkerProcess) -> None:
        """Give a process back; it is kept if it lives and its code is current."""
        group = self._group_of(process)
        generation = group.busy.pop(process, None)
        if process.alive and generation == group.generation and not self._closed:
            group.idle.append(process)
        else:
            self._forget(process)

    def discard(self, process: WorkerProcess) -> None:
        """Give a process back to be killed."""
        self._group_of(process).busy.pop(process, None)
        self._forget(process)

    def retire(self, process: WorkerProcess) -> None:
        """End a process that has been idle for long; nothing happens when it is busy again or gone."""
        group = self._group_of(process)
        if process in group.idle:
            group.idle.remove(process)
            self._forget(process)

    def restart(self, key: str) -> None:
        """Code or configuration changed: running invocations finish with the old one, later ones start anew."""
        group = self._groups.get(key)
        if group is None:
            return
        group.generation += 1
        idle, group.idle = group.idle, []
        for process in idle:
            self._forget(process)

    def counts(self, key: str) -> tuple[int, int]:
        """How many processes of ``key`` are idle and busy."""
        group = self._groups.get(key, _Group())
        return len(group.idle), len(group.busy)

    async def close(self) -> None:
        """Kill everything and return when all of it has ended; busy processes' invocations end as killed."""
        self._closed = True
        for process in list(self._keys):
            self._forget(process)
        self._groups.clear()
        for process in list(self._ending):
            await process.wait()

    def _group_of(self, process: WorkerProcess) -> _Group:
        key = self._keys.get(process)
        return _Group() if key is None else self._groups[key]  # unknown after close

    def _warm(self, group: _Group, spec: WorkerSpec) -> WorkerProcess | None:
        while group.idle:
            process = group.idle.pop()
            if process.alive and process.spec == spec:
                return process
            self._forget(process)
        return None

    def _forget(self, process: WorkerProcess) -> None:
        self._keys.pop(process, None)
        self._end(process)

    def _end(self, process: WorkerProcess) -> None:
        process.kill()
        if process.ended is None:
            self._ending.add(process)
