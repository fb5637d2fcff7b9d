"""The events that functions get, key by key as recorded from AWS."""

from __future__ import annotations

import base64
from typing import Any

from emulator.services.apigateway.events import last_and_all
from emulator.services.apigateway.rest.binary import is_binary
from emulator.services.apigateway.rest.exchange import Exchange

Event = dict[str, Any]


def proxy_event(exchange: Exchange) -> Event:
    """The event of a Lambda proxy integration: what is empty is null."""
    event = _place(exchange)
    body = exchange.request.body
    encoded = bool(body) and is_binary(exchange.media_type, exchange.served.binary_media_types)
    text = None
    if body:
        text = base64.b64encode(body).decode() if encoded else body.decode("utf-8", "replace")
    return (
        event
        | {
            "requestContext": exchange.request_context(),
            "pathParameters": dict(exchange.variables) or None,
            "stageVariables": dict(exchange.stage_variables) or None,
            "body": text,
            "isBase64Encoded": encoded,
        }
        | {name: event[name] or None for name in ("queryStringParameters", "multiValueQueryStringParameters")}
    )


def _place(exchange: Exchange) -> Event:
    single, multi = last_and_all(exchange.headers)
    query, queries = last_and_all(exchange.request.parameters)
    return {
        "resource": exchange.resource_path,
        "path": exchange.path,
        "httpMethod": exchange.request.method,
        "headers": single,
        "multiValueHeaders": multi,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": queries,
    }


def token_event(exchange: Exchange, token: str) -> Event:
    """The event of a TOKEN authorizer."""
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": exchange.method_arn}


def request_event(exchange: Exchange) -> Event:
    """The event of a REQUEST authorizer: what is empty is an empty map (AWS docs)."""
    return {
        "type": "REQUEST",
        "methodArn": exchange.method_arn,
        **_place(exchange),
        "pathParameters": dict(exchange.variables),
        "stageVariables": dict(exchange.stage_variables),
        "requestContext": exchange.request_context(),
    }
