"""A WebSocket client that costs next to nothing: RFC 6455 by hand, with an all-zero mask so that masking is free."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections import deque
from typing import cast

from benchmarks.measures import Load

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Socket(asyncio.Protocol):
    """One WebSocket connection; ``receive`` gives text messages in order."""

    def __init__(self) -> None:
        self._buffer = b""
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._messages: deque[bytes] = deque()
        self._waiting: asyncio.Future[bytes] | None = None
        self.lost = False

    @classmethod
    async def open(cls, port: int, path: str = "/") -> Socket:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_connection(cls, "127.0.0.1", port)
        transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {_KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await protocol._open
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        for future in (self._open, self._waiting):
            if future is not None and not future.done():
                future.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open.done():
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            self._buffer = rest
            if not head.startswith(b"HTTP/1.1 101"):
                self._open.set_exception(RuntimeError(head.decode("latin-1")))
                return
            self._open.set_result(None)
        while (frame := self._frame()) is not None:
            self._take(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        """The next whole frame as opcode and payload."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 0x7F, 2
        if size == 126:
            if len(buffer) < 4:
                return None
            size, start = struct.unpack_from(">H", buffer, 2)[0], 4
        elif size == 127:
            raise RuntimeError("a frame of over 64 KB")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 0x0F, buffer[start : start + size]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _PING:
            self._write(_PONG, payload)
        elif opcode == _CLOSE:
            self._transport.close()
        elif self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(payload)
        else:
            self._messages.append(payload)

    def _write(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else struct.pack(">BH", 0x80 | 126, size)
        self._transport.write(bytes([0x80 | opcode]) + length + b"\0\0\0\0" + payload)

    def send(self, text: bytes) -> None:
        self._write(_TEXT, text)

    async def receive(self) -> bytes:
        if self._messages:
            return self._messages.popleft()
        self._waiting = asyncio.get_running_loop().create_future()
        return await self._waiting

    def close(self) -> None:
        self._transport.close()


async def echoes(port: int, count: int, text: bytes) -> Load:
    """Round trips of ``text`` on one connection."""
    socket = await Socket.open(port)
    durations = []
    start = time.perf_counter()
    for _ in range(count):
        began = time.perf_counter()
        socket.send(text)
        await socket.receive()
        durations.append((time.perf_counter() - began) * 1000)
    took = time.perf_counter() - start
    socket.close()
    return Load(durations, took)


async def tasks(port: int, path: str, count: int, connections: int = 1, strict: bool = True) -> Load:
    """SocketTasks tasks, each from its frame to its result, over connections that have one task each at a time.

    Raises RuntimeError for any other frame, unless not ``strict``.
    """
    sockets = [await Socket.open(port, path) for _ in range(connections)]
    durations: list[float] = []
    number = 0

    async def work(socket: Socket) -> None:
        nonlocal number
        while number < count:
            number += 1
            task = {"id": f"t-{number}", "type": "report", "data": {"name": "Ada", "number": number}}
            began = time.perf_counter()
            socket.send(json.dumps({"action": "task-submit", "task": task}).encode())
            result = json.loads(await socket.receive())
            durations.append((time.perf_counter() - began) * 1000)
            if strict and (result.get("task_id"), result.get("status")) != (task["id"], "Success"):
                raise RuntimeError(f"wrong result for {task['id']}: {result}")

    start = time.perf_counter()
    await asyncio.gather(*map(work, sockets))
    took = time.perf_counter() - start
    for socket in sockets:
        socket.close()
    return Load(durations, took)
