"""The ASGI application: tells WebSockets, API traffic, AWS calls and the control API apart."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from emulator import wire
from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.core.jsontext import compact
from emulator.core.units import Unit, current_unit
from emulator.fallthrough.front import FallThrough
from emulator.server.looks import only_looks
from emulator.server.operations import Operations
from emulator.server.traffic import Traffic
from emulator.services.apigateway import front as apigateway
from emulator.services.lambda_ import front as lambda_
from emulator.services.lambda_ import payload as lambda_payload
from emulator.wire import Target, WireRequest, WireResponse

log = logging.getLogger("emulator.server")
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT = 70_167_211
"""Largest request that AWS takes anywhere: CreateFunction's (Lambda quotas)."""
CONTROL = (b"/_emulator", b"/_localstack", b"/SimpleNotificationService-")
INTERRUPTED = ("EmulatorReset", "The emulator was reset or stopped while this request was in progress.")
"""A client error on purpose: SDKs repeat what fails with 5xx, and the repetition would meet the next test's cloud."""
_ACCOUNT = re.compile(r"\d{12}")


class BodyTooLargeError(Exception):
    """The request's body is over BODY_LIMIT."""


class ClientGoneError(Exception):
    """The client closed its connection before its request was complete or answered."""


class Front:
    """One emulator's ASGI application."""

    def __init__(self, ground: Ground, operations: Operations, control: App, fallthrough: FallThrough) -> None:
        self.traffic = Traffic()
        self._ground = ground
        self._operations = operations
        self._control = control
        self._fallthrough = fallthrough

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["raw_path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.traffic.enter()
            with self.traffic.inside():
                await apigateway.handle_websocket(self._ground, scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        clock = self._ground.clock
        headers = _headers(scope["headers"])
        # A handler's SDK sends its trace by itself; a task's program in any language carries it as session token.
        given = Cause.from_header(headers.get("x-amzn-trace-id") or headers.get("x-amz-security-token", ""))
        caller = clock.find_unit(given.parent) if given and given.parent else None
        cause = given or self._ground.new_cause()
        path = scope["raw_path"].decode("latin-1")
        works = caller is None and not only_looks(scope["method"], path, headers)
        if works:
            clock.contact()
        try:
            # Read outside of the unit: a client that never ends its body must not keep the house busy.
            body = await _read_body(receive)
            await self.traffic.enter()
        except ClientGoneError:
            return
        except BodyTooLargeError:
            await _send(send, self._too_large(WireRequest(scope["method"], path, "", headers, b"")))
            return
        except asyncio.CancelledError:  # nobody else cancels a request than a reset or a stop
            await _send(send, _interrupted())
            return
        request = WireRequest(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body)
        with self.traffic.inside(), clock.unit(f"{request.method} {path}", caller) as unit:
            current_unit.set(unit)
            try:
                response = await self._answer(request, cause, caller, receive, scope)
            except ClientGoneError:
                return
            except asyncio.CancelledError:
                response = _interrupted()
            await _send(send, response)
        if works:
            clock.contact()

    async def _answer(
        self, request: WireRequest, cause: Cause, caller: Unit | None, receive: Receive, scope: Scope
    ) -> WireResponse:
        base_url = self._base_url(request, scope["scheme"])
        host = request.headers.get("host", "")
        address = apigateway.locate(self._ground, host, request.path)
        place = lambda_.locate(host, request.path)
        try:
            if address is not None:
                return await apigateway.handle_http(self._ground, address, request.method, request.body, cause, scope)
            if place is not None:
                return await lambda_.handle_http(self._ground, place, request, cause)
            return await self._operation(request, cause, caller, base_url, receive)
        except ClientGoneError:
            raise
        except Exception as error:
            log.exception("%s %s failed", request.method, request.path)
            self._ground.journal.note("fault", "server", request.path, cause, repr(error))
            return WireResponse(500, [("content-type", "application/json")], b'{"message":"Internal server error"}')

    def _too_large(self, request: WireRequest) -> WireResponse:
        """The answer to a request whose body nobody read to its end; Lambda names the operation and its limit."""
        response = WireResponse(413, [], b"Request Entity Too Large")
        with contextlib.suppress(wire.WireError):
            target = wire.identify(request)
            if target.service == "lambda":
                error = lambda_payload.request_too_large(target.operation)
                response = wire.error_answer(target, error, self._ground.ids.uuid())
        response.headers.append(("connection", "close"))
        return response

    def _base_url(self, request: WireRequest, scheme: str) -> str:
        host = request.headers.get("host", "")
        known = host and not host.endswith(".amazonaws.com")
        return f"{scheme}://{host}" if known else self._ground.base_url

    async def _operation(
        self, request: WireRequest, cause: Cause, caller: Unit | None, base_url: str, receive: Receive
    ) -> WireResponse:
        ground = self._ground
        request_id = ground.ids.uuid()
        request = self._fallthrough.addressed(request)
        try:
            target = self._identify(request)
        except wire.WireError as error:
            ground.journal.note("api", "client", request.path, cause, error.error.code, error=str(error))
            return error.answer(request_id)
        scope = wire.credential_scope(request, ground.settings.region)
        call = Call(
            ground=ground,
            account=scope.access_key if _ACCOUNT.fullmatch(scope.access_key) else ground.settings.account,
            region=scope.region,
            request_id=request_id,
            cause=cause,
            base_url=base_url,
            access_key=scope.access_key,
            from_outside=caller is None,
            headers=request.headers,
        )
        try:
            if self._operations.falls_through(target.service, target.operation):
                return await self._fallthrough.answer(call, request, target)
            parsed = wire.parse(request, target)
            for text in parsed.warnings:
                log.warning("%s.%s: %s", parsed.service, parsed.operation, text)
                ground.journal.note("warning", "wire", f"{parsed.service}:{parsed.operation}", cause, text)
            running = self._operations.run(call, parsed.service, parsed.operation, parsed.params)
            if self._operations.is_long_poll(parsed.service, parsed.operation):
                result = await _until_client_goes(running, receive)
            else:
                result = await running
            return wire.answer(parsed, result, call.request_id)
        except AwsError as error:
            return wire.error_answer(target, error, call.request_id)
        except ClientGoneError:
            raise
        except asyncio.CancelledError:
            return wire.error_answer(target, AwsError(*INTERRUPTED), call.request_id)
        except Exception as error:
            log.exception("%s.%s failed", target.service, target.operation)
            ground.journal.note("fault", "server", f"{target.service}:{target.operation}", cause, repr(error))
            failure = AwsError("InternalFailure", f"{type(error).__name__} in the emulator: {error}")
            return wire.error_answer(target, failure, call.request_id)

    def _identify(self, request: WireRequest) -> Target:
        try:
            return wire.identify(request)
        except wire.WireError:
            target = self._fallthrough.recognise(request)
            if target is None:
                raise
            return target


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers that come more than once are joined, as AWS's gateways do."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) == len(raw):
        return headers
    several: dict[str, list[str]] = {}
    for name, value in raw:
        several.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return {name: ("; " if name == "cookie" else ",").join(values) for name, values in several.items()}


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        return message.get("body", b"")  # type: ignore[no-any-return]
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            raise BodyTooLargeError
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


async def _until_client_goes(running: Coroutine[Any, Any, dict[str, Any]], receive: Receive) -> dict[str, Any]:
    """Await a long poll, and end it when the client closes its connection: nobody would get its messages."""
    loop = asyncio.get_running_loop()
    poll: asyncio.Task[dict[str, Any]] = loop.create_task(running)
    gone: asyncio.Task[dict[str, Any]] = loop.create_task(_next(receive))
    try:
        await asyncio.wait((poll, gone), return_when=asyncio.FIRST_COMPLETED)
        if poll.done():
            return poll.result()
        raise ClientGoneError
    finally:
        for task in (poll, gone):
            task.cancel()
        await asyncio.wait((poll, gone))


async def _next(receive: Receive) -> dict[str, Any]:
    return await receive()


def _interrupted() -> WireResponse:
    code, message = INTERRUPTED
    body = compact({"__type": code, "message": message}).encode()
    headers = [("content-type", "application/json"), ("x-amzn-errortype", code)]
    return WireResponse(400, headers, body)


async def _send(send: Send, response: WireResponse) -> None:
    if response.status in (204, 304):  # HTTP has no body there, whatever a handler says
        response.body = b""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    # The answer to HEAD tells the length of what GET would give.
    if response.body or not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
