"""The fixtures' objects: a test's stack, clock and journal.  All are used from the test's own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emulator.admin.views import hop_view
from emulator.cli.lines import tree
from emulator.core.clock import Clock
from emulator.core.durations import parse_duration
from emulator.core.journal import Hop
from emulator.stack.deploy import Deployment
from emulator.testing.client import AsyncTaskClient, TaskClient
from emulator.testing.thread import EmulatorThread


class ClockHandle:
    """The emulator's time."""

    def __init__(self, thread: EmulatorThread) -> None:
        self._thread = thread
        self._clock = thread.emulator.ground.clock

    @property
    def now(self) -> float:
        """Epoch seconds."""
        return self._thread.call(self._clock.now)

    @property
    def mode(self) -> str:
        return self._clock.mode

    def advance(self, duration: float | str) -> float:
        """Move on by seconds or ``"3m"``, timer by timer, until all consequences are done; gives the new time."""
        seconds = parse_duration(duration) if isinstance(duration, str) else duration
        self._thread.run(self._clock.advance(seconds))
        return self.now

    def settle(self) -> None:
        """Return when nobody is working; timers stay where they are."""
        self._thread.run(self._clock.quiet())

    def run_until_idle(self) -> float:
        """Let everything that the emulator still owes (retries, delays) happen; gives the new time."""
        self._thread.run(self._clock.run_until_idle())
        return self.now

    def set(self, mode: str, start: float | None = None) -> None:
        """Change the mode: real, auto, manual, 60x."""
        self._thread.call(lambda: self._clock.configure(mode, start))

    @contextmanager
    def hold(self) -> Iterator[None]:
        """No jumps inside the block."""
        self._thread.call(self._clock.hold_on)
        try:
            yield
        finally:
            self._thread.call(self._clock.hold_off)

    def status(self) -> dict[str, Any]:
        """What is busy, what is owed."""
        return self._thread.call(self._clock.status)


class JournalHandle:
    """What happened in this test."""

    def __init__(self, thread: EmulatorThread) -> None:
        self._thread = thread
        self._journal = thread.emulator.ground.journal

    def hops(self, kind: str | None = None, target: str | None = None, trace: str | None = None) -> list[Hop]:
        """Hops in order, by kind, by part of the target's name, by trace."""
        found = self._thread.call(lambda: self._journal.of(trace) if trace else list(self._journal))
        return [h for h in found if kind in (None, h.kind) and (target is None or target in h.target)]

    def kinds(self, trace: str | None = None) -> list[str]:
        """The kinds of the hops, in order."""
        return [hop.kind for hop in self.hops(trace=trace)]

    def traces(self) -> list[str]:
        return self._thread.call(self._journal.traces)

    def tree(self, trace: str | None = None, color: bool = False) -> str:
        """Trace trees as text: of one trace, or of all in which something worth a line has happened."""
        traces = [trace] if trace else self.traces()
        trees = ((t, tree([hop_view(h) for h in self.hops(trace=t)], color)) for t in traces)
        return "\n\n".join("\n".join([t, *lines]) for t, lines in trees if lines or t == trace)

    def report(self, limit: int = 200) -> str:
        """The trees for a failed test; of more than ``limit`` lines the first and the last ones."""
        lines = self.tree().splitlines()
        if len(lines) <= limit:
            return "\n".join(lines)
        half = limit // 2
        return "\n".join([*lines[:half], f"… {len(lines) - 2 * half} lines …", *lines[-half:]])

    def wait_for(self, kind: str, target: str | None = None, count: int = 1, timeout: float = 10.0) -> list[Hop]:
        """Wait (real seconds) until ``count`` such hops have ended; raises TimeoutError with the trees."""
        until = Clock.real() + timeout
        arrived = threading.Event()
        stop = self._thread.call(lambda: self._journal.follow(lambda hop: arrived.set() if hop.kind == kind else None))
        try:
            while True:
                arrived.clear()
                found = [hop for hop in self.hops(kind, target) if hop.ended is not None]
                if len(found) >= count:
                    return found
                if not arrived.wait(max(0.0, until - Clock.real())):
                    raise TimeoutError(f"{len(found)} of {count} {kind} hops after {timeout:g} s\n{self.report()}")
        finally:
            self._thread.call(stop)


class StackHandle:
    """A deployed stack: names, addresses, and clients for its WebSocket APIs."""

    def __init__(self, thread: EmulatorThread, deployment: Deployment) -> None:
        self._thread = thread
        self.deployment = deployment
        self._open: list[TaskClient] = []
        self._default: TaskClient | None = None

    @property
    def url(self) -> str:
        """The endpoint URL for SDKs."""
        return self._thread.url

    @property
    def attributes(self) -> dict[str, dict[str, Any]]:
        """``Arn``, ``QueueUrl``, ``Endpoint``… by resource name."""
        return self.deployment.attributes

    def websocket_url(self, api: str | None = None) -> str:
        """The URL of an API by name; without a name, of the only one."""
        urls = self.deployment.websocket_urls
        if api is None:
            if len(urls) != 1:
                raise LookupError(f"say which WebSocket API: there are {sorted(urls) or 'none'}")
            return next(iter(urls.values()))
        return urls[api]

    def connect(self, api: str | None = None, query: str = "", **options: Any) -> TaskClient:
        """A new connection; closed with the test.  ``options`` go to ``websockets.sync.client.connect``."""
        client = TaskClient(self.websocket_url(api) + query, **options)
        self._open.append(client)
        return client

    def connect_async(self, api: str | None = None, query: str = "", **options: Any) -> AsyncTaskClient:
        """For ``async`` tests: ``async with aws_stack.connect_async() as client``."""
        return AsyncTaskClient(self.websocket_url(api) + query, **options)

    def submit(self, task_type: str, data: dict[str, Any] | None = None, task_id: str | None = None) -> str:
        """Send a task over a connection that is opened on first use; gives its id."""
        return self._client().submit(task_type, data, task_id)

    def result(self, task_id: str, timeout: float = 10.0) -> dict[str, Any]:
        """The result frame of a task sent with ``submit``."""
        return self._client().result(task_id, timeout)

    def _client(self) -> TaskClient:
        if self._default is None:
            self._default = self.connect()
        return self._default

    def on_loop(self, fn: Callable[[], Any]) -> Any:
        """Call ``fn`` on the emulator's thread: for looking inside."""
        return self._thread.call(fn)

    def close(self) -> None:
        for client in self._open:
            client.close()
