"""The event that a function gets for a request to its URL: API Gateway's payload 2.0 (recorded from AWS)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from emulator.core import timestamps
from emulator.core.jsontext import compact
from emulator.wire.messages import WireRequest

_TEXT = re.compile(r"(text/.*|application/(json|xml|javascript|.*\+(json|xml)))(;.*)?", re.IGNORECASE)


def url_event(request: WireRequest, path: str, url_id: str, domain: str, request_id: str, at: float) -> bytes:
    """The event in JSON; ``path`` is the request's path below the URL, ``at`` an instant."""
    headers = {name: value for name, value in request.headers.items() if name != "cookie"}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query,
    }
    cookies = [part.strip() for part in request.headers.get("cookie", "").split(";") if part.strip()]
    if cookies:
        event["cookies"] = cookies
    event["headers"] = headers
    if request.query:
        event["queryStringParameters"] = _query(request.query)
    event["requestContext"] = _context(request, path, url_id, domain, request_id, at)
    return compact(event | _body(request.headers, request.body)).encode()


def _query(query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _context(request: WireRequest, path: str, url_id: str, domain: str, request_id: str, at: float) -> dict[str, Any]:
    return {
        "accountId": "anonymous",
        "apiId": url_id,
        "domainName": domain,
        "domainPrefix": url_id,
        "http": {
            "method": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": timestamps.common_log(at),
        "timeEpoch": timestamps.milliseconds(at),
    }


def _body(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """``body`` is absent when it is empty; what is not text comes in base64."""
    if not body:
        return {"isBase64Encoded": False}
    if _TEXT.fullmatch(headers.get("content-type", "").strip()):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
