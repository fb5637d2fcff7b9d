"""The data plane's door: WebSocket connections, ``@connections``, requests to HTTP and REST APIs, and all addresses."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.core.timestamps import iso_milliseconds
from emulator.core.units import current_unit
from emulator.services.apigateway import callbacks, lifecycle
from emulator.services.apigateway.address import ENCODED_SLASH, Address, locate
from emulator.services.apigateway.connection import Connection, Send
from emulator.services.apigateway.handshake import Admitted, Refused, is_stage, shake_hands
from emulator.services.apigateway.http.front import serve
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.lifecycle import REQUEST_MARK
from emulator.services.apigateway.messages import receive_message
from emulator.services.apigateway.rest.store import RestIndex
from emulator.services.apigateway.store import ApiIndex
from emulator.wire.messages import WireResponse

__all__ = ["Address", "handle_http", "handle_websocket", "locate"]

Receive = Callable[[], Awaitable[dict[str, Any]]]

_STATUS = {
    "BadRequestException": 400,
    "ForbiddenException": 403,
    "GoneException": 410,
    "LimitExceededException": 429,
    "MissingAuthenticationTokenException": 403,
    "NotFoundException": 404,
    "PayloadTooLargeException": 413,
}


async def handle_websocket(ground: Ground, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Serve one ASGI ``websocket`` scope from handshake to close.  To be called outside of any unit of work."""
    await receive()  # websocket.connect
    connection = await _open(ground, scope, send)
    if connection is None:
        return
    try:
        code, reason = await _listen(ground, connection, receive)
        if code == lifecycle.UNSUPPORTED_DATA[0]:
            await lifecycle.close(ground, connection, code, reason)
        lifecycle.end(ground, connection, code, lifecycle.reason_of(code, reason))
    finally:
        lifecycle.abandon(ground, connection)  # cancelled: the emulator is being reset
        connection.send = None


async def _open(ground: Ground, scope: Mapping[str, Any], send: Send) -> Connection | None:
    """Answer the handshake; the connection after 101, None after a refusal."""
    clock = ground.clock
    clock.contact()
    socket = scope.get("extensions", {}).get("emulator.socket")
    if socket is not None:
        socket.heard = clock.contact
    with clock.unit(f"handshake {scope['path']}") as unit:
        token = current_unit.set(unit)
        try:
            answer = await shake_hands(ground, scope)
            if isinstance(answer, Refused):
                await _refuse(send, answer)
                return None
            connection = answer.connection
            connection.send, connection.socket = send, socket
            await _accept(ground, answer, send)
            if not _is_served(ground, connection):  # deleted while $connect was at work
                await lifecycle.close(ground, connection, *lifecycle.GOING_AWAY)
            return connection
        finally:
            current_unit.reset(token)
            clock.contact()


async def _accept(ground: Ground, answer: Admitted, send: Send) -> None:
    connection = answer.connection
    lifecycle.begin(ground, connection)
    if connection.socket is not None:
        connection.socket.framed = lambda: connection.touch(ground)
    try:
        await send({"type": "websocket.accept", "subprotocol": answer.subprotocol, "headers": []})
    except OSError:  # gone meanwhile; its $connect has run, so has its $disconnect to
        lifecycle.end(ground, connection, *lifecycle.ABNORMAL)


def _is_served(ground: Ground, connection: Connection) -> bool:
    api = ground.cloud.shared(ApiIndex).apis.get(connection.api_id)
    return api is not None and connection.stage in api.stages


async def _refuse(send: Send, answer: Refused) -> None:
    headers = [(b"content-type", b"application/json")]
    with contextlib.suppress(OSError):
        await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": answer.body.encode()})


async def _listen(ground: Ground, connection: Connection, receive: Receive) -> tuple[int, str]:
    """Take messages until the connection ends; its close code and reason."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return message.get("code") or lifecycle.NO_STATUS[0], message.get("reason") or ""
        if connection.ended:
            continue
        ground.clock.contact()
        if message.get("text") is None:  # our own protocol refuses binary frames itself
            return lifecycle.UNSUPPORTED_DATA
        receive_message(ground, connection, message["text"])


# HTTP


async def handle_http(
    ground: Ground, address: Address, method: str, body: bytes, cause: Cause, scope: Mapping[str, Any] | None = None
) -> WireResponse:
    """Answer an HTTP request to an API's address: an HTTP API's route, a REST API's method, ``@connections``, or a
    handshake without upgrade (426).

    ``scope`` is ASGI's: HTTP and REST APIs hand on headers, query and the client's address.  Signatures are not
    checked.
    """
    api = ground.cloud.shared(ApiIndex).apis.get(address.api_id)
    if api is not None and api.is_http and scope is not None:
        return await serve(ground, api, HttpRequest.from_scope(scope, body, api.api_id), cause)
    rest = ground.cloud.shared(RestIndex).apis.get(address.api_id)
    if rest is not None and scope is not None:
        # Loaded with the first request: most emulators serve no REST API.
        from emulator.services.apigateway.rest.front import serve as serve_rest

        return await serve_rest(ground, rest, HttpRequest.from_scope(scope, body, rest.api_id), cause)
    try:
        response = await _answer(ground, address, method, body, cause)
    except AwsError as error:
        response = _error(error)
    response.headers.append(("x-amzn-RequestId", ground.ids.uuid()))
    response.headers.append(("x-amz-apigw-id", ground.ids.gateway(REQUEST_MARK)))
    return response


async def _answer(ground: Ground, address: Address, method: str, body: bytes, cause: Cause) -> WireResponse:
    if address.connection_id is None:
        _check_stage(ground, address)
        return _json(426, {"message": "Upgrade Required"}, [("Upgrade", "websocket")])
    if method not in ("POST", "GET", "DELETE"):
        raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token")
    connection = _find(ground, address, method)
    match method:
        case "POST":
            await callbacks.post(ground, connection, body, cause)
            return WireResponse(200, [], b"")
        case "GET":
            return _json(200, _described(connection))
    await callbacks.delete(ground, connection, cause)
    return WireResponse(204, [], b"")


def _check_stage(ground: Ground, address: Address) -> None:
    if not is_stage(ground, address.api_id, address.stage):
        raise AwsError("ForbiddenException", "Forbidden")


def _find(ground: Ground, address: Address, method: str) -> Connection:
    """The connection that the address names, or the errors recorded from AWS."""
    if address.form != "bare":
        _check_stage(ground, address)
    connection_id = address.connection_id or ""
    if len(address.parts) > 1 or "/" in connection_id:
        route = "/".join([*address.parts[1:], "@connections", connection_id])
        raise AwsError("NotFoundException", f"No method found matching route {route} for http method {method}.")
    connection = callbacks.find_connection(ground, connection_id.replace(ENCODED_SLASH, "/"))
    if address.form == "bare":
        if address.stage not in ("", connection.stage):
            raise AwsError("ForbiddenException", "Forbidden")
    elif (connection.api_id, connection.stage) != (address.api_id, address.stage):
        raise AwsError("GoneException", None)
    return connection


def _described(connection: Connection) -> dict[str, Any]:
    identity = {key: connection.identity[key] for key in ("sourceIp", "userAgent") if key in connection.identity}
    return {
        "connectedAt": iso_milliseconds(connection.connected_at),
        "identity": identity,
        "lastActiveAt": iso_milliseconds(connection.last_active_at),
    }


def _error(error: AwsError) -> WireResponse:
    headers = [("x-amzn-ErrorType", error.code)]
    status = _STATUS[error.code]
    if not error.message:
        return WireResponse(status, headers, b"")
    return _json(status, {"message": error.message}, headers)


def _json(status: int, document: dict[str, Any], headers: list[tuple[str, str]] | None = None) -> WireResponse:
    body = compact(document).encode()
    return WireResponse(status, [("Content-Type", "application/json"), *(headers or [])], body)
