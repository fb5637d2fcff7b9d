"""The events that functions get, in payload formats 2.0 and 1.0, key by key as AWS documents them."""

from __future__ import annotations

import base64
import re
from typing import Any

from emulator.core.timestamps import common_log, milliseconds
from emulator.services.apigateway.events import last_and_all
from emulator.services.apigateway.forwarding import forwarded
from emulator.services.apigateway.http.exchange import Exchange
from emulator.services.apigateway.http.request import joined
from emulator.services.apigateway.http.route_keys import DEFAULT

Event = dict[str, Any]
_TEXT = re.compile(r"(text/.*|application/(json|xml|javascript|[^;]*\+(json|xml)))\s*(;.*)?", re.IGNORECASE)
_HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "upgrade")
IDENTITY = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
    *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "sourceIp", "user", "userAgent", "userArn"),
)


def proxy_event(exchange: Exchange, version: str) -> Event:
    """The event of a Lambda proxy integration."""
    return event_2(exchange) if version == "2.0" else event_1(exchange)


def event_2(exchange: Exchange) -> Event:
    """Format 2.0: what is empty is left out."""
    event = {"version": "2.0", "routeKey": exchange.plan.key, **_place_2(exchange)}
    event["requestContext"] = context_2(exchange)
    body, encoded = body_of(exchange)
    if body is not None:
        event["body"] = body
    if exchange.variables:
        event["pathParameters"] = dict(exchange.variables)
    event["isBase64Encoded"] = encoded
    if exchange.stage_variables:
        event["stageVariables"] = dict(exchange.stage_variables)
    return event


def _place_2(exchange: Exchange) -> Event:
    request = exchange.request
    place: Event = {"rawPath": exchange.path, "rawQueryString": request.query}
    if cookies := _cookies(exchange):
        place["cookies"] = cookies
    headers = [pair for pair in gateway_headers(exchange) if pair[0].lower() != "cookie"]
    place["headers"] = joined(headers, lower=True)
    if parameters := request.parameters:
        place["queryStringParameters"] = joined(parameters)
    return place


def _cookies(exchange: Exchange) -> list[str]:
    given = [value for name, value in exchange.request.headers if name.lower() == "cookie"]
    return [part.strip() for value in given for part in value.split(";") if part.strip()]


def context_2(exchange: Exchange) -> Event:
    """``requestContext`` of format 2.0."""
    request = exchange.request
    context: Event = {"accountId": exchange.api.account, "apiId": exchange.api.api_id}
    if exchange.grant is not None:
        context["authorizer"] = _authorizer_2(exchange)
    return context | {
        "domainName": exchange.domain,
        "domainPrefix": exchange.domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": exchange.path,
            "protocol": request.protocol,
            "sourceIp": request.peer,
            "userAgent": request.header("user-agent") or "",
        },
        "requestId": exchange.request_id,
        "routeKey": exchange.plan.key,
        "stage": exchange.stage_name,
        "time": common_log(exchange.at),
        "timeEpoch": milliseconds(exchange.at),
    }


def _authorizer_2(exchange: Exchange) -> Event:
    grant = exchange.grant
    assert grant is not None
    if grant.kind == "jwt":
        scopes = list(grant.scopes) if grant.scopes is not None else None
        return {"jwt": {"claims": dict(grant.claims or {}), "scopes": scopes}}
    return {grant.kind: dict(grant.context or {})}


def event_1(exchange: Exchange) -> Event:
    """Format 1.0: what is empty is null."""
    request = exchange.request
    single, multi = last_and_all(gateway_headers(exchange))
    query, queries = last_and_all(request.parameters)
    body, encoded = body_of(exchange)
    return {
        "version": "1.0",
        "resource": _resource(exchange),
        "path": exchange.path,
        "httpMethod": request.method,
        "headers": single,
        "multiValueHeaders": multi,
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": queries or None,
        "requestContext": context_1(exchange),
        "pathParameters": dict(exchange.variables) or None,
        "stageVariables": dict(exchange.stage_variables) or None,
        "body": body,
        "isBase64Encoded": encoded,
    }


def context_1(exchange: Exchange) -> Event:
    """``requestContext`` of format 1.0."""
    request = exchange.request
    key = exchange.plan.key
    return {
        "accountId": exchange.api.account,
        "apiId": exchange.api.api_id,
        "authorizer": _authorizer_1(exchange),
        "domainName": exchange.domain,
        "domainPrefix": exchange.domain.partition(".")[0],
        "extendedRequestId": exchange.request_id,
        "httpMethod": request.method,
        "identity": _identity(exchange),
        "path": exchange.path,
        "protocol": request.protocol,
        "requestId": exchange.request_id,
        "requestTime": common_log(exchange.at),
        "requestTimeEpoch": milliseconds(exchange.at),
        "resourceId": None if key == DEFAULT else key,
        "resourcePath": _resource(exchange),
        "stage": exchange.stage_name,
    }


def _authorizer_1(exchange: Exchange) -> Event:
    grant = exchange.grant
    if grant is not None and grant.kind == "lambda":
        return dict(grant.context or {})
    if grant is None or grant.kind != "jwt":
        return {"claims": None, "scopes": None}
    return {"claims": dict(grant.claims or {}), "scopes": list(grant.scopes) if grant.scopes is not None else None}


def _identity(exchange: Exchange) -> Event:
    identity: Event = dict.fromkeys(IDENTITY)
    identity |= {"sourceIp": exchange.request.peer, "userAgent": exchange.request.header("user-agent")}
    grant = exchange.grant
    if grant is not None and grant.kind == "iam":
        known = grant.context or {}
        identity |= {name: known[name] for name in ("accessKey", "accountId", "userArn") if name in known}
        identity |= {"caller": known.get("callerId"), "user": known.get("userId")}
    return identity


def _resource(exchange: Exchange) -> str:
    return exchange.plan.key.rpartition(" ")[2]


def authorizer_event(exchange: Exchange, version: str, identity: list[str]) -> Event:
    """The event of a REQUEST authorizer."""
    if version == "2.0":
        place = {"routeKey": exchange.plan.key, **_place_2(exchange), "requestContext": context_2(exchange)}
        event: Event = {"version": "2.0", "type": "REQUEST", "routeArn": exchange.method_arn}
        event |= {"identitySource": identity or None, **place}
        if exchange.variables:
            event["pathParameters"] = dict(exchange.variables)
        if exchange.stage_variables:
            event["stageVariables"] = dict(exchange.stage_variables)
        return event
    source = ",".join(identity) or None
    return {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": exchange.method_arn,
        "identitySource": source,
        "authorizationToken": source,
        "resource": _resource(exchange),
        "path": exchange.path,
        "httpMethod": exchange.request.method,
        "headers": last_and_all(gateway_headers(exchange))[0],
        "queryStringParameters": last_and_all(exchange.request.parameters)[0],
        "pathParameters": dict(exchange.variables),
        "stageVariables": dict(exchange.stage_variables),
        "requestContext": context_1(exchange),
    }


def gateway_headers(exchange: Exchange) -> list[tuple[str, str]]:
    """The client's headers as API Gateway hands them on, with the body's length."""
    request = exchange.request
    headers = list(request.headers)
    if request.body and request.header("content-length") is None:
        headers.append(("Content-Length", str(len(request.body))))
    return forwarded(headers, request.peer, exchange.domain, exchange.cause.trace, _HOP_BY_HOP)


def body_of(exchange: Exchange) -> tuple[str | None, bool]:
    """The body as text, or in base64 (True) where its content type is not text (measured on AWS)."""
    request = exchange.request
    if not request.body:
        return None, False
    if is_text(request.header("content-type")):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def is_text(content_type: str | None) -> bool:
    return content_type is not None and _TEXT.fullmatch(content_type.strip()) is not None
