"""HTTP/1.1 as runtime clients speak it: one request at a time, kept-alive connections, chunked bodies with trailers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

import httptools


@dataclass(slots=True)
class Request:
    """One request.  ``headers`` and ``trailers``: lower-case names; ``too_large``: the body was read and dropped."""

    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    too_large: bool = False


class Connection(asyncio.Protocol):
    """One connection; ``on_request(connection, request)`` owes one `respond`, at any time.

    ``on_lost(connection)`` is called once.  Bodies longer than ``limit`` bytes are not kept.
    """

    def __init__(
        self,
        on_request: Callable[[Connection, Request], None],
        on_lost: Callable[[Connection], None],
        limit: int,
    ) -> None:
        self._on_request = on_request
        self._on_lost = on_lost
        self._limit = limit
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._in_headers = True
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._keep_alive: bool | None = None  # of the request that is being answered; None: there is none
        self._transport: asyncio.Transport | None = None

    def respond(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> None:
        """Answer the current request; the next one, if it is here already, is reported."""
        keep_alive, self._keep_alive = self._keep_alive, None
        if self._transport is None or self._transport.is_closing():
            return
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        if not keep_alive:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        self._transport.write(head.encode("utf-8") + body)
        if keep_alive:
            self._report()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Close without an answer."""
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio.Protocol -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:  # Java's client offers HTTP/2: not taken up, HTTP/1.1 goes on
            self._parser = httptools.HttpRequestParser(self)
            self.data_received(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError:
            self.abort()
        # Not from within the parser, which would swallow what a callee raises.
        if self._keep_alive is None:
            self._report()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._on_lost(self)

    # --- httptools ------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._request = Request()
        self._in_headers = True

    def on_url(self, url: bytes) -> None:
        self._request.path += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        where = self._request.headers if self._in_headers else self._request.trailers
        where[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._request.method = self._parser.get_method().decode("latin-1")
        if self._request.headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        request = self._request
        if request.too_large or len(request.body) + len(body) > self._limit:
            request.too_large = True
            request.body.clear()
        else:
            request.body += body

    def on_message_complete(self) -> None:
        self._waiting.append((self._request, self._parser.should_keep_alive()))

    def _report(self) -> None:
        if self._waiting:
            request, self._keep_alive = self._waiting.popleft()
            self._on_request(self, request)
