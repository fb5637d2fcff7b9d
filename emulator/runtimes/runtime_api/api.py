"""The Lambda Runtime API of one execution environment, on a port of its own.

AWS docs, "Using the Lambda runtime API for custom runtimes" (2018-06-01).  A port for each, because AWS's clients take
``host:port`` from ``AWS_LAMBDA_RUNTIME_API`` and nothing more.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from emulator.core import jsontext
from emulator.core.jsontext import compact
from emulator.runtimes.payloads import MAX_RESPONSE

from .connection import Connection, Request
from .states import ACCEPTED, INVALID_REQUEST_ID, INVALID_RESPONSE_MODE, TOO_LARGE, Reply, State, refusal

_BASE = "/2018-06-01/runtime/"
_INVOCATION = re.compile(r"invocation/([^/]+)/(response|error)")
_ERROR_TYPE = "lambda-runtime-function-error-type"
_ERROR_BODY = "lambda-runtime-function-error-body"
_MODE = "lambda-runtime-function-response-mode"
_NEXT_HEADERS = {
    "Lambda-Runtime-Aws-Request-Id": "id",
    "Lambda-Runtime-Deadline-Ms": "deadline_ms",
    "Lambda-Runtime-Invoked-Function-Arn": "arn",
    "Lambda-Runtime-Trace-Id": "trace",
    "Lambda-Runtime-Client-Context": "client_context",
    "Lambda-Runtime-Cognito-Identity": "identity",
    "Lambda-Runtime-Aws-Tenant-Id": "tenant",
}
_JSON = {"Content-Type": "application/json"}

Answer = tuple[dict[str, Any], bytes]


class RuntimeApi:
    """Serves one runtime; a `Link` of a worker process.

    ``on_answer(header, body)`` is told each answer as a bootstrap of ours would frame it, and the end of init.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, on_answer: Callable[[dict[str, Any], bytes], None]) -> None:
        self._loop = loop
        self._on_answer = on_answer
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._state = State.STARTED
        self._began = loop.time()
        self._sent = 0.0
        self._init_ms: float | None = None
        self._initialised = False
        self._invocation: Answer | None = None
        self._current = ""
        self._asking: Connection | None = None
        self.init_error: Answer | None = None
        """What the program said of its failed init; it may come before any invocation."""

    @property
    def delivered(self) -> bool:
        """Whether the program got the last invocation."""
        return self._invocation is None

    async def listen(self) -> str:
        """Open the port; ``host:port``."""
        self._server = await self._loop.create_server(self._connect, "127.0.0.1", 0)
        self._began = self._loop.time()
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    # --- Link -----------------------------------------------------------------------------------------------------

    def send(self, header: dict[str, Any], body: bytes) -> None:
        """Give the runtime an invocation, now or when it asks."""
        self._current, self._sent = header["id"], self._loop.time()
        if self.init_error is not None:
            self._on_answer({**self.init_error[0], "id": self._current}, self.init_error[1])
            return
        self._invocation = (header, body)
        self._hand_over()

    def drain(self) -> None:
        """Nothing waits here: a runtime that ends has read the reply to its answer."""

    def close(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._connections):
            connection.abort()

    # --- requests -------------------------------------------------------------------------------------------------

    def _connect(self) -> Connection:
        connection = Connection(self._request, self._lost, MAX_RESPONSE)
        self._connections.add(connection)
        return connection

    def _lost(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if self._asking is connection:
            self._asking = None

    def _request(self, connection: Connection, request: Request) -> None:
        path = request.path.partition("?")[0]
        call = path.removeprefix(_BASE) if path.startswith(_BASE) else ""
        posted = _INVOCATION.fullmatch(call)
        method = "GET" if call == "invocation/next" else "POST"
        if not posted and call not in {"invocation/next", "init/error"}:
            connection.respond(HTTPStatus.NOT_FOUND, b"404 page not found\n", {"Content-Type": "text/plain"})
        elif request.method != method:
            connection.respond(HTTPStatus.METHOD_NOT_ALLOWED, b"", {"Allow": method})
        elif call == "invocation/next":
            self._next(connection)
        elif posted is None:
            self._init_error(connection, request)
        elif unquote(posted[1]) != self._current:
            self._reply(connection, INVALID_REQUEST_ID)
        elif posted[2] == "response":
            self._response(connection, request)
        else:
            self._error(connection, request)

    def _next(self, connection: Connection) -> None:
        refused = refusal(self._state, State.READY)
        if refused is not None:
            self._reply(connection, refused)
            return
        if self._state is State.STARTED:
            self._init_ms = round((self._loop.time() - self._began) * 1000, 2)
        self._state = State.READY
        self._asking = connection
        self._hand_over()

    def _hand_over(self) -> None:
        if self._asking is None or self._invocation is None:
            return
        connection, (invocation, event) = self._asking, self._invocation
        self._asking = self._invocation = None
        self._state = State.RUNNING
        if not self._initialised:
            self._initialised = True
            if invocation.get("sent_ms"):  # the function's time begins now
                waited = int((self._loop.time() - self._sent) * 1000)
                invocation = {**invocation, "deadline_ms": invocation["deadline_ms"] + waited}
            self._on_answer({"kind": "init", "id": self._current}, b"")
        headers = {name: _header_value(invocation[key]) for name, key in _NEXT_HEADERS.items() if invocation.get(key)}
        connection.respond(HTTPStatus.OK, event, headers | _JSON)

    def _response(self, connection: Connection, request: Request) -> None:
        refused = refusal(self._state, State.INVOCATION_RESPONSE)
        if refused is None and request.headers.get(_MODE, "streaming").lower() != "streaming":
            refused = INVALID_RESPONSE_MODE
        if refused is not None:
            self._reply(connection, refused)
        elif request.too_large:
            self._answered(connection, TOO_LARGE, {"kind": "too-large"}, b"")
        elif _ERROR_TYPE in request.trailers:
            header = {"kind": "error", "error_type": request.trailers[_ERROR_TYPE]}
            self._answered(connection, ACCEPTED, header, _error_of_trailers(request.trailers))
        else:
            content_type = request.headers.get("content-type", "application/json")
            self._answered(connection, ACCEPTED, {"kind": "result", "content_type": content_type}, bytes(request.body))

    def _error(self, connection: Connection, request: Request) -> None:
        refused = refusal(self._state, State.INVOCATION_ERROR_RESPONSE)
        if refused is not None:
            self._reply(connection, refused)
        elif request.too_large:
            self._answered(connection, TOO_LARGE, {"kind": "too-large"}, b"")
        else:
            self._answered(connection, ACCEPTED, *_failure("error", request))

    def _init_error(self, connection: Connection, request: Request) -> None:
        refused = refusal(self._state, State.INIT_ERROR)
        if refused is not None:
            self._reply(connection, refused)
            return
        self._state = State.INIT_ERROR
        self._reply(connection, ACCEPTED)
        self.init_error = _failure("init-error", request)
        if self._invocation is not None:
            self._on_answer({**self.init_error[0], "id": self._current}, self.init_error[1])

    def _answered(self, connection: Connection, reply: Reply, header: dict[str, Any], body: bytes) -> None:
        self._state = State.RESPONSE_SENT
        self._reply(connection, reply)
        init_ms, self._init_ms = self._init_ms, None
        self._on_answer({**header, "init_ms": init_ms, "id": self._current}, body)

    def _reply(self, connection: Connection, reply: Reply) -> None:
        connection.respond(reply.status, reply.body, _JSON)


def _header_value(value: object) -> str:
    """A client context may be JSON over several lines."""
    return " ".join(str(value).splitlines())


def _failure(kind: str, request: Request) -> Answer:
    """The payload is passed on as it came; where it names no type, the header does."""
    body = bytes(request.body)
    try:
        payload = jsontext.parse(body)
    except ValueError:
        payload = None
    named = payload.get("errorType") if isinstance(payload, dict) else None
    error_type = named if isinstance(named, str) else request.headers.get(_ERROR_TYPE, "Function.Unknown")
    return {"kind": kind, "error_type": error_type}, body or compact({"errorType": error_type}).encode()


def _error_of_trailers(trailers: dict[str, str]) -> bytes:
    """A streamed response that ended in an error."""
    try:
        body = base64.b64decode(trailers.get(_ERROR_BODY, ""), validate=True)
    except binascii.Error:
        body = b""
    return body or compact({"errorType": trailers[_ERROR_TYPE]}).encode()
