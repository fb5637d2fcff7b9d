"""An HTTP client that costs next to nothing: requests are bytes written once, answers are searched for their length."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from benchmarks.measures import Load

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
DAY = "20260101"


class HttpConnection(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[bytes] | None = None

    @classmethod
    async def open(cls, port: int) -> HttpConnection:
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(cls, "127.0.0.1", port)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n") + 4
        found = _LENGTH.search(self._buffer, 0, end) if end > 3 else None
        if found is None or len(self._buffer) < end + int(found[1]):
            return
        answer, self._buffer = self._buffer, b""
        assert self._answer is not None
        if answer[9:10] == b"2":
            self._answer.set_result(answer[end:])
        else:
            self._answer.set_exception(RuntimeError(answer.decode("utf-8", "replace")))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the connection"))

    async def send(self, request: bytes) -> bytes:
        """The answer's body; raises RuntimeError for anything but 2xx."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.close()


def request(port: int, service: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """A POST as an SDK would sign it (nobody checks signatures, but their scope names service and region)."""
    lines = {
        "Host": f"127.0.0.1:{port}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/{DAY}/us-east-1/{service}/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
        "X-Amz-Date": f"{DAY}T000000Z",
        "User-Agent": "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.0",
        **(headers or {}),
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def json_request(port: int, service: str, target: str, params: dict[str, Any], version: str = "1.0") -> bytes:
    """A call in one of the JSON protocols: ``target`` as ``AmazonSQS.SendMessage``."""
    headers = {"X-Amz-Target": target, "Content-Type": f"application/x-amz-json-{version}"}
    return request(port, service, "/", json.dumps(params).encode(), headers)


Step = Callable[[HttpConnection], Awaitable[object]]


async def load(port: int, step: Step, count: int, connections: int = 1) -> Load:
    """Run ``step`` ``count`` times over ``connections`` connections at once."""
    opened = [await HttpConnection.open(port) for _ in range(connections)]
    durations: list[float] = []
    left = count

    async def work(connection: HttpConnection) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            began = time.perf_counter()
            await step(connection)
            durations.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*map(work, opened))
    took = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return Load(durations, took)
