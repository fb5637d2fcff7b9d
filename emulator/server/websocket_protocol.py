"""The WebSocket protocol below ASGI, with API Gateway's limits on frames.

uvicorn hands an upgraded connection to this class.  It speaks ASGI (with ``websocket.http.response``) above the
websockets library's sans-I/O protocol and differs from uvicorn's own class in what API Gateway needs: limits on frames
and messages, fragments on the way out, the client's close code passed on, TCP that is gone told from a close frame, no
pings, no compression, little memory while idle.  AWS docs, "API Gateway quotas and important notes".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState
from websockets.datastructures import Headers
from websockets.exceptions import InvalidState, ProtocolError
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from emulator.core.settings import Settings

log = logging.getLogger("emulator.websocket")
_quiet = logging.getLogger("emulator.websocket.frames")
_quiet.setLevel(logging.WARNING)  # the library reports every opening and closing

FRAME_LIMIT = 32 * 1024
MESSAGE_LIMIT = 128 * 1024
RELAXED_LIMIT = 16 * 1024 * 1024
URL_LIMIT = 4096
CLOSE_TIMEOUT = 5.0
"""Real seconds that a client gets to answer a close frame before its TCP connection is cut."""
INBOX_LIMIT = 32
"""Messages that may wait for the application before reading pauses."""
REASON_LIMIT = 123
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Limits(NamedTuple):
    """Bytes; None means no limit."""

    frame: int
    message: int
    url: int | None

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        if not settings.enforce_quotas:
            return cls(RELAXED_LIMIT, RELAXED_LIMIT, None)
        return cls(FRAME_LIMIT if settings.strict_frames else MESSAGE_LIMIT, MESSAGE_LIMIT, URL_LIMIT)


def protocol_class(settings: Settings) -> type[WebSocketProtocol]:
    """The class for uvicorn's ``ws`` setting; connections read the limits in ``settings`` when they open."""
    return type("ConfiguredWebSocketProtocol", (WebSocketProtocol,), {"settings": settings, "__slots__": ()})


class WebSocketProtocol(asyncio.Protocol):
    """One connection.  ``scope["extensions"]["emulator.socket"]`` offers ``buffered`` and ``abort``; it calls ``heard``
    for whatever comes and ``framed`` for a part of a message."""

    __slots__ = (
        *("_app", "_code", "_conn", "_connections", "_early", "_fragments", "_inbox", "_reading", "_response"),
        *("_state", "_tasks", "_timer", "_transport", "_waiter", "config", "framed", "heard"),
    )
    settings = Settings()

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self.config = config
        self._app = config.loaded_app
        self._connections = server_state.connections
        self._tasks = server_state.tasks
        self._state = app_state
        limits = Limits.of(self.settings)
        self._conn = ServerProtocol(max_size=(limits.message, limits.frame), logger=_quiet)
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._inbox: list[dict[str, Any]] = []
        self._waiter: asyncio.Future[None] | None = None
        self._reading = True
        self._code: int | None = None  # how the connection ended, once it has
        self._response: Response | None = None  # to be sent: 101 until the application refuses
        self._early = b""  # what an impatient client sends before its 101
        self._fragments: list[bytes] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.heard: Callable[[], None] | None = None
        self.framed: Callable[[], None] | None = None

    # The socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        if self.heard is not None:
            self.heard()
        if self._response is not None:
            self._early += data
            if len(self._early) > MESSAGE_LIMIT:
                self._transport.abort()
            return
        self._conn.receive_data(data)
        for event in self._conn.events_received():
            if isinstance(event, Request):
                self._begin(event)
            elif isinstance(event, Frame):
                self._take(event)
        if self._conn.handshake_exc is not None and self._code is None and self._conn.state is State.CONNECTING:
            self._transport.write(_BAD_REQUEST)  # the library has no answer to a request that it cannot read
            self._transport.close()
            return
        self._flush()
        if self._conn.parser_exc is not None:
            self._ended_by_server()

    def eof_received(self) -> None:
        """The client has shut down its side: without a close frame before it, that is a lost connection."""
        self._conn.receive_eof()
        self._end(1006)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._end(1006)

    def shutdown(self) -> None:
        """The server stops (called by uvicorn's servers)."""
        self._close_or_refuse(1001, "Going away", HTTPStatus.SERVICE_UNAVAILABLE)
        self._transport.close()

    def buffered(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        """Cut the TCP connection without a close frame."""
        self._transport.abort()

    def _flush(self) -> None:
        """Write what the library has prepared; its empty write means that nothing will follow."""
        writes = self._conn.data_to_send()
        if not writes or self._transport.is_closing():
            return
        data = b"".join(writes)
        if data:
            self._transport.write(data)
        if writes[-1] == b"":
            self._finish_writing()

    def _finish_writing(self) -> None:
        # Closing at once would answer what the client still sends with a reset, which can destroy the close frame on
        # its way.  So: half-close, throw away what comes, and wait for the client's end.
        if self._transport.can_write_eof():
            self._transport.write_eof()
            self._limit_closing()
        else:
            self._transport.close()

    def _limit_closing(self) -> None:
        if self._timer is None:
            # Real time on purpose: this is about a real TCP connection.
            self._timer = asyncio.get_running_loop().call_later(CLOSE_TIMEOUT, self._transport.abort)

    # Frames in

    def _take(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.CONT:
                self._assemble(bytes(frame.data), frame.fin)
            case Opcode.BINARY:
                self._fail(1003, "Unsupported data")
            case Opcode.CLOSE:
                received = self._conn.close_rcvd
                assert received is not None
                self._end(received.code, received.reason)

    def _assemble(self, data: bytes, fin: bool) -> None:
        if self._code is not None:
            return
        if self._fragments is not None or not fin:
            self._fragments = [*(self._fragments or ()), data]
            if not fin:
                if self.framed is not None:
                    self.framed()
                return
            data, self._fragments = b"".join(self._fragments), None
        try:
            self._deliver({"type": "websocket.receive", "text": data.decode()})
        except UnicodeDecodeError:
            self._fail(1007, "Invalid UTF-8")

    def _deliver(self, message: dict[str, Any]) -> None:
        self._inbox.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if len(self._inbox) > INBOX_LIMIT and self._reading and not self._transport.is_closing():
            self._reading = False
            self._transport.pause_reading()

    def _fail(self, code: int, reason: str) -> None:
        """Close because of what the client did."""
        if self._conn.state is State.OPEN:
            self._conn.fail(code, reason)
        self._end(code, reason)

    def _ended_by_server(self) -> None:
        sent = self._conn.close_sent
        self._end(sent.code if sent is not None else 1006, sent.reason if sent is not None else "")

    def _end(self, code: int, reason: str = "") -> None:
        """Tell the application, once, that the connection is over."""
        if self._code is None:
            self._code = code
            self._fragments = None
            self._deliver({"type": "websocket.disconnect", "code": code, "reason": reason})

    # The handshake

    def _begin(self, request: Request) -> None:
        limit = Limits.of(self.settings).url
        if limit is not None and len(request.path) > limit:
            self._conn.send_response(self._conn.reject(HTTPStatus.REQUEST_URI_TOO_LONG, ""))
            return
        response = self._conn.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._conn.send_response(response)
            return
        self._response = response
        self._inbox.append({"type": "websocket.connect"})
        task = asyncio.get_running_loop().create_task(self._run(self._scope(request)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _scope(self, request: Request) -> dict[str, Any]:
        path, _, query = request.path.partition("?")
        headers = [(key.encode("ascii"), _octets(value)) for key, value in request.headers.raw_items()]
        offered = ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
        return {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self._transport) else "ws",
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "root_path": "",
            "path": unquote(path),
            "raw_path": _octets(path),
            "query_string": _octets(query),
            "headers": headers,
            "subprotocols": [token.strip() for token in offered.split(",") if token.strip()],
            "state": self._state.copy(),
            "extensions": {"websocket.http.response": {}, "emulator.socket": self},
        }

    async def _run(self, scope: dict[str, Any]) -> None:
        code, reason = 1011, "Internal server error"
        try:
            await cast(Any, self._app)(scope, self.receive, self.send)
        except OSError:  # it tried to write to a client that is gone
            log.debug("client gone", exc_info=True)
        except asyncio.CancelledError:
            code, reason = 1001, "Going away"
            raise
        except Exception:
            log.exception("the application failed on a WebSocket")
        finally:
            self._close_or_refuse(code, reason, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _close_or_refuse(self, code: int, reason: str, status: HTTPStatus) -> None:
        """End a connection that its application has left open."""
        if self._response is not None:
            self._response = None
            if self._code is None:
                self._conn.send_response(self._conn.reject(status, ""))
                self._flush()
        elif self._conn.state is State.OPEN:
            self._close(code, reason)

    # ASGI

    async def receive(self) -> dict[str, Any]:
        """The next message; after the end, ``websocket.disconnect`` again and again."""
        if not self._inbox:
            if self._code is not None:
                return {"type": "websocket.disconnect", "code": self._code, "reason": ""}
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message = self._inbox.pop(0)
        if not self._reading and not self._inbox and not self._transport.is_closing():
            self._reading = True
            self._transport.resume_reading()
        return message

    async def send(self, message: Any) -> None:
        """Send an ASGI message; it is in the socket's buffer on return.  Never waits for the client: whoever sends
        looks at ``buffered`` first.  Raises ConnectionError when the client is gone."""
        match message["type"]:
            case "websocket.send":
                self._send_text(message)
            case "websocket.accept":
                self._accept(message)
            case "websocket.close":
                if self._response is not None:
                    self._close_or_refuse(1000, "", HTTPStatus.FORBIDDEN)
                elif self._conn.state is State.OPEN:
                    self._close(message.get("code", 1000), message.get("reason") or "")
            case "websocket.http.response.start":
                self._refuse(message)
            case "websocket.http.response.body":
                self._refuse_with(message)

    def _accept(self, message: Any) -> None:
        response = self._response
        if response is None or self._code is not None:
            raise ConnectionError("the client is gone")
        del response.headers["Date"]
        if message.get("subprotocol"):
            response.headers["Sec-WebSocket-Protocol"] = message["subprotocol"]
        self._response = None
        self._conn.send_response(response)
        self._flush()
        early, self._early = self._early, b""
        if early:
            self.data_received(early)

    def _refuse(self, message: Any) -> None:
        if self._response is None or self._code is not None:
            raise ConnectionError("the client is gone")
        headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"])
        headers.setdefault("Date", formatdate(usegmt=True))
        headers.setdefault("Connection", "close")
        self._response = Response(message["status"], _phrase(message["status"]), headers, b"")

    def _refuse_with(self, message: Any) -> None:
        response = self._response
        if response is None or self._code is not None:
            raise ConnectionError("the client is gone")
        if response.status_code != HTTPStatus.NOT_MODIFIED:  # which has none
            response.body = bytes(response.body or b"") + message.get("body", b"")
        if message.get("more_body"):
            return
        self._response = None
        response.headers["Content-Length"] = str(len(response.body))
        self._conn.send_response(response)
        self._flush()

    def _send_text(self, message: Any) -> None:
        """One text message in fragments of at most 32 KB, as API Gateway cuts it."""
        data = memoryview(message["text"].encode("utf-8", "replace"))
        try:
            for start in range(0, len(data) or 1, FRAME_LIMIT):
                piece = data[start : start + FRAME_LIMIT]
                fin = start + FRAME_LIMIT >= len(data)
                if start == 0:
                    self._conn.send_text(piece, fin)
                else:
                    self._conn.send_continuation(piece, fin)
        except InvalidState:
            raise ConnectionError("the connection is closed") from None
        if self._transport.is_closing():
            raise ConnectionError("the client is gone")
        self._flush()

    def _close(self, code: int, reason: str) -> None:
        reason = reason.encode()[:REASON_LIMIT].decode("utf-8", "ignore")
        try:
            self._conn.send_close(code, reason)
        except ProtocolError:  # 1005 and 1006 are names for what was not said
            self._conn.send_close()
        self._flush()
        self._limit_closing()
        self._end(code, reason)
        if not self._reading and not self._transport.is_closing():
            self._reading = True  # the client's answer must get through
            self._transport.resume_reading()


def _octets(text: str) -> bytes:
    return text.encode("latin-1", "surrogateescape")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
