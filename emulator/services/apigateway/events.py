"""The events that functions get, key by key in the order recorded from AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.core.timestamps import common_log, milliseconds
from emulator.services.apigateway.connection import Connection
from emulator.services.apigateway.forwarding import forwarded
from emulator.services.apigateway.handshake_request import HandshakeRequest

Event = dict[str, Any]

_NOT_IN_CONNECT = ("connection", "upgrade", "content-length")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What distinguishes one event of a connection: ids and the instant in epoch seconds."""

    event_type: str
    route_key: str
    request_id: str
    at: float
    message_id: str | None = None
    latency: int | None = None
    """What the authorizer took, in ms: CONNECT only."""
    status_code: int | None = None
    reason: str = ""


def request_context(connection: Connection, occasion: Occasion) -> Event:
    """``requestContext``; templates see the same as ``$context``."""
    context: Event = {"routeKey": occasion.route_key}
    if connection.authorizer is not None:
        context["authorizer"] = dict(connection.authorizer)
        if occasion.latency is not None:
            context["authorizer"]["integrationLatency"] = occasion.latency
    if occasion.status_code is not None:
        context["disconnectStatusCode"] = occasion.status_code
    if occasion.message_id is not None:
        context["messageId"] = occasion.message_id
    context["eventType"] = occasion.event_type
    context["extendedRequestId"] = occasion.request_id
    context["requestTime"] = common_log(occasion.at)
    context["messageDirection"] = "IN"
    if occasion.status_code is not None:
        context["disconnectReason"] = occasion.reason
    context["stage"] = connection.stage
    context["connectedAt"] = milliseconds(connection.connected_at)
    context["requestTimeEpoch"] = milliseconds(occasion.at)
    context["identity"] = dict(connection.identity)
    context["requestId"] = occasion.request_id
    context["domainName"] = connection.domain_name
    context["connectionId"] = connection.connection_id
    context["apiId"] = connection.api_id
    return context


def connect_event(
    connection: Connection, occasion: Occasion, request: HandshakeRequest, trace: str, variables: Mapping[str, str]
) -> Event:
    """CONNECT, for the ``$connect`` integration."""
    event = _multi_headers(gateway_headers(request, connection.domain_name, trace))
    if request.query:
        event["queryStringParameters"], event["multiValueQueryStringParameters"] = last_and_all(request.query)
    event["requestContext"] = request_context(connection, occasion)
    if variables:
        event["stageVariables"] = dict(variables)
    event["isBase64Encoded"] = False
    return event


def message_event(connection: Connection, occasion: Occasion, body: str, variables: Mapping[str, str]) -> Event:
    """MESSAGE: no headers, the body unchanged."""
    event: Event = {"requestContext": request_context(connection, occasion)}
    if variables:
        event["stageVariables"] = dict(variables)
    event["body"] = body
    event["isBase64Encoded"] = False
    return event


def disconnect_event(connection: Connection, occasion: Occasion, variables: Mapping[str, str]) -> Event:
    """DISCONNECT, with its four headers, three of them empty (recorded from AWS)."""
    empty = [("Host", connection.domain_name), ("x-api-key", ""), ("X-Forwarded-For", ""), ("x-restapi", "")]
    event = _multi_headers(empty)
    event["requestContext"] = request_context(connection, occasion)
    if variables:
        event["stageVariables"] = dict(variables)
    event["isBase64Encoded"] = False
    return event


def authorizer_event(
    connection: Connection,
    occasion: Occasion,
    request: HandshakeRequest,
    trace: str,
    method_arn: str,
    variables: Mapping[str, str],
) -> Event:
    """The REQUEST authorizer's event: with all headers, and empty maps where CONNECT leaves keys out."""
    headers = gateway_headers(request, connection.domain_name, trace, complete=True)
    single, multi = last_and_all(request.query)
    return {
        "type": "REQUEST",
        "methodArn": method_arn,
        **_multi_headers(headers),
        "queryStringParameters": single,
        "multiValueQueryStringParameters": multi,
        "stageVariables": dict(variables),
        "requestContext": request_context(connection, occasion),
    }


def gateway_headers(
    request: HandshakeRequest, domain_name: str, trace: str, complete: bool = False
) -> list[tuple[str, str]]:
    """The client's headers as API Gateway hands them on.

    ``complete`` keeps the handshake's own headers, which only an authorizer sees.
    """
    headers = list(request.headers)
    if complete and not request.header("content-length"):
        headers.append(("content-length", "0"))
    return forwarded(headers, request.peer, domain_name, trace, () if complete else _NOT_IN_CONNECT)


def _multi_headers(headers: Iterable[tuple[str, str]]) -> Event:
    single, multi = last_and_all(headers)
    return {"headers": single, "multiValueHeaders": multi}


def last_and_all(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Last value of each name, and all of them."""
    single: dict[str, str] = {}
    multi: dict[str, list[str]] = {}
    for name, value in pairs:
        single[name] = value
        multi.setdefault(name, []).append(value)
    return single, multi
