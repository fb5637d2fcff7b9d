"""Values of parameter mappings: ``method.request.…``, ``integration.response.…``, ``context.…``, ``stageVariables.…``
and ``'text'`` (AWS docs, "Parameter mapping source examples for REST APIs in API Gateway")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulator.core.jsontext import compact
from emulator.patterns.jsonpath import JsonPathError, compile_path
from emulator.services.apigateway.backend_request import Mapped
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.http.variables import nested
from emulator.services.apigateway.rest.exchange import Exchange, last

_REQUEST = re.compile(
    r"method\.request\.(?:(header|multivalueheader|querystring|multivaluequerystring|path)\.(\S+)|body(?:(?=[.\[])(.+))?)",
    re.DOTALL,
)
_RESPONSE = re.compile(r"integration\.response\.(?:(header|multivalueheader)\.(\S+)|body(?:(?=[.\[])(.+))?)", re.DOTALL)


def evaluate(
    source: str, exchange: Exchange, body: str, context: Mapping[str, Any], headers: list[tuple[str, str]] | None = None
) -> Mapped | None:
    """The value of ``source``; None when there is none.

    ``body`` is the request's, or with ``headers`` that of the integration's response.
    """
    if len(source) >= 2 and source[0] == source[-1] == "'":
        return source[1:-1]
    area, _, name = source.partition(".")
    if area == "context":
        return _text(nested(context, name))
    if area == "stageVariables":
        return exchange.stage_variables.get(name)
    if headers is None:
        found = _REQUEST.fullmatch(source)
        return _of_request(found, exchange, body) if found else None
    found = _RESPONSE.fullmatch(source)
    return _of_response(found, headers, body) if found else None


def _of_request(found: re.Match[str], exchange: Exchange, body: str) -> Mapped | None:
    place, name, path = found.groups()
    match place:
        case None:
            return _of_body(body, path)
        case "path":
            return exchange.variables.get(name)
        case "querystring":
            return last(exchange.query_values(name))
        case "multivaluequerystring":
            return exchange.query_values(name) or None
        case "header":
            return exchange.header(name)
    return exchange.header_values(name) or None


def _of_response(found: re.Match[str], headers: list[tuple[str, str]], body: str) -> Mapped | None:
    place, name, path = found.groups()
    if place is None:
        return _of_body(body, path)
    values = [value for key, value in headers if key.lower() == name.lower()]
    return (values or None) if place == "multivalueheader" else last(values)


def _of_body(body: str, path: str | None) -> str | None:
    if path is None:
        return body
    try:
        return _text(compile_path("$" + path).first(read_json(body or "{}")))
    except (JsonPathError, ValueError):
        return None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return compact(value)
