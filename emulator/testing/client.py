"""WebSocket clients for tests: submit tasks, await results by id."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from websockets.asyncio.client import ClientConnection as AsyncConnection
from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import ClientConnection, connect

TIMEOUT = 10.0
OPTIONS: dict[str, Any] = {"compression": None, "max_size": None, "proxy": None}
"""How clients connect, unless told otherwise; the machine's proxies have no way to the emulator."""


class _Inbox:
    """Frames that have arrived: results by task id, others in order."""

    def __init__(self) -> None:
        self.results: dict[str, list[dict[str, Any]]] = {}
        self._number = 0

    def next_id(self) -> str:
        self._number += 1
        return f"task-{self._number}"

    def keep(self, frame: dict[str, Any]) -> None:
        self.results.setdefault(frame["task_id"], []).append(frame)

    def take(self, task_id: str) -> dict[str, Any] | None:
        waiting = self.results.get(task_id)
        return waiting.pop(0) if waiting else None


class TaskError(AssertionError):
    """The gateway answered with an error frame instead of a result."""


def _task(task_type: str, data: dict[str, Any] | None, task_id: str) -> str:
    task = {"id": task_id, "type": task_type, "data": data or {}}
    return json.dumps({"action": "task-submit", "task": task})


def _read(text: str | bytes, inbox: _Inbox) -> None:
    frame = json.loads(text)
    if "task_id" not in frame:
        raise TaskError(f"frame without task_id: {text!r}")
    inbox.keep(frame)


class TaskClient:
    """A client of a SocketTasks system, for plain tests.  ``socket`` is the raw ``websockets`` connection."""

    def __init__(self, url: str, **options: Any) -> None:
        self._open = ExitStack()
        # As a context manager: what ``connect`` itself returns depends on the library's version.
        self.socket: ClientConnection = self._open.enter_context(connect(url, **{**OPTIONS, **options}))
        self._inbox = _Inbox()

    def send(self, message: Any) -> None:
        """Send a frame: text as it is, anything else as JSON."""
        self.socket.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self, timeout: float = TIMEOUT) -> str:
        """The next frame's text; raises TimeoutError after ``timeout`` real seconds."""
        return str(self.socket.recv(timeout))

    def submit(self, task_type: str, data: dict[str, Any] | None = None, task_id: str | None = None) -> str:
        """Send a task; gives its id."""
        task_id = task_id or self._inbox.next_id()
        self.socket.send(_task(task_type, data, task_id))
        return task_id

    def result(self, task_id: str, timeout: float = TIMEOUT) -> dict[str, Any]:
        """The result frame ``{"task_id", "status", "response"}`` of a task."""
        while (found := self._inbox.take(task_id)) is None:
            _read(self.socket.recv(timeout), self._inbox)
        return found

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> TaskClient:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class AsyncTaskClient:
    """The same for ``async`` tests: ``async with AsyncTaskClient(url) as client``."""

    def __init__(self, url: str, **options: Any) -> None:
        self._connecting = connect_async(url, **{**OPTIONS, **options})
        self._inbox = _Inbox()
        self.socket: AsyncConnection

    async def send(self, message: Any) -> None:
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def receive(self) -> str:
        return str(await self.socket.recv())

    async def submit(self, task_type: str, data: dict[str, Any] | None = None, task_id: str | None = None) -> str:
        task_id = task_id or self._inbox.next_id()
        await self.socket.send(_task(task_type, data, task_id))
        return task_id

    async def result(self, task_id: str) -> dict[str, Any]:
        while (found := self._inbox.take(task_id)) is None:
            _read(await self.socket.recv(), self._inbox)
        return found

    async def __aenter__(self) -> AsyncTaskClient:
        self.socket = await self._connecting
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.socket.close()
