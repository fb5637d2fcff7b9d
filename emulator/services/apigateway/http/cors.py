"""CORS (AWS docs, "Configure CORS for HTTP APIs"; the preflight's status is recorded from AWS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.http.route_keys import METHODS

Cors = Mapping[str, Any]
_PREFIX = "access-control-"
MAX_AGE = range(-1, 86401)


class InvalidCorsError(ValueError):
    """The configuration is none that a browser would take."""


def check_cors(cors: Cors) -> None:
    """Raise InvalidCorsError for what AWS refuses."""
    origins = cors.get("AllowOrigins", [])
    if cors.get("AllowCredentials") and "*" in origins:
        raise InvalidCorsError("Invalid CORS configuration: allowCredentials is not supported with allowOrigins *")
    for origin in origins:
        if origin != "*" and "://" not in origin:
            raise InvalidCorsError(f"Invalid CORS configuration: an origin needs a scheme: {origin}")
    for method in cors.get("AllowMethods", []):
        if method != "*" and method not in METHODS:
            raise InvalidCorsError(f"Invalid CORS configuration: unknown method {method}")
    if cors.get("MaxAge", 0) not in MAX_AGE:
        raise InvalidCorsError("Invalid CORS configuration: maxAge must be between -1 and 86400 seconds")


def is_preflight(request: HttpRequest) -> bool:
    """A browser asks before it sends the request itself."""
    asked = request.header("access-control-request-method")
    return request.method == "OPTIONS" and request.header("origin") is not None and asked is not None


def preflight(cors: Cors, request: HttpRequest) -> Answer:
    """The answer that needs no route; without CORS headers for an origin that is not listed."""
    headers = _shared(cors, request)
    if headers:
        for name, key in (("allow-methods", "AllowMethods"), ("allow-headers", "AllowHeaders")):
            if cors.get(key):
                headers.append((_PREFIX + name, ",".join(cors[key])))
        if "MaxAge" in cors:
            headers.append((_PREFIX + "max-age", str(cors["MaxAge"])))
    return Answer(204, headers)


def add_cors(cors: Cors, request: HttpRequest, answer: Answer) -> None:
    """The configured headers take the place of the backend's."""
    answer.headers = [pair for pair in answer.headers if not pair[0].lower().startswith(_PREFIX)]
    answer.headers += _shared(cors, request)


def _shared(cors: Cors, request: HttpRequest) -> list[tuple[str, str]]:
    origin = request.header("origin")
    allowed = allowed_origin(cors.get("AllowOrigins", []), origin) if origin is not None else None
    if allowed is None:
        return []
    headers = [(_PREFIX + "allow-origin", allowed)]
    if cors.get("ExposeHeaders"):
        headers.append((_PREFIX + "expose-headers", ",".join(cors["ExposeHeaders"])))
    if cors.get("AllowCredentials"):
        headers.append((_PREFIX + "allow-credentials", "true"))
    return headers


def allowed_origin(allowed: list[str], origin: str) -> str | None:
    """``access-control-allow-origin`` for a request's origin, None when it is not listed."""
    if "*" in allowed:
        return "*"
    if origin in allowed:
        return origin
    return origin if any(pattern.endswith("://*") and origin.startswith(pattern[:-1]) for pattern in allowed) else None
