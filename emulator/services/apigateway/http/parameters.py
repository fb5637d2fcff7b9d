"""Parameter mapping of requests and responses (AWS docs, "Transform API requests and responses for HTTP APIs")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.http.exchange import Exchange
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.http.variables import InvalidMappingError, compile_value, text_of
from emulator.wire.messages import header_text

_REQUEST_KEY = re.compile(r"(append|overwrite|remove):(header|querystring)\.([!-~]+)|overwrite:path")
_RESPONSE_KEY = re.compile(r"(append|overwrite|remove):header\.([!-~]+)|overwrite:statuscode")
_STATUS = re.compile(r"[2-5]\d\d")
_RESERVED = re.compile(
    r"access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded"
    r"|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*"
    r"|x-amzn-.*|x-forwarded-(for|host|proto)|via",
    re.IGNORECASE,
)

Parameters = Mapping[str, str]


def check_request_parameters(parameters: Parameters) -> None:
    """Raise InvalidMappingError for what AWS refuses."""
    for key, value in parameters.items():
        found = _REQUEST_KEY.fullmatch(key)
        if found is None:
            raise InvalidMappingError(f"Invalid mapping expression specified: {key}")
        _check(key, value, found[3] if found[2] == "header" else None)
        if "$response." in value or "${response." in value:
            raise InvalidMappingError(f"Invalid mapping expression specified: {value}")


def check_response_parameters(by_status: Mapping[str, Parameters]) -> None:
    """Raise InvalidMappingError for what AWS refuses."""
    for status, parameters in by_status.items():
        if not _STATUS.fullmatch(status):
            raise InvalidMappingError(f"Invalid status code for response parameters: {status}")
        for key, value in parameters.items():
            found = _RESPONSE_KEY.fullmatch(key)
            if found is None:
                raise InvalidMappingError(f"Invalid mapping expression specified: {key}")
            _check(key, value, found[2])


def _check(key: str, value: str, header: str | None) -> None:
    if header is not None and _RESERVED.fullmatch(header):
        raise InvalidMappingError(f"Operations on header {header} are restricted")
    if not key.startswith("remove:"):
        compile_value(value)


def map_request(parameters: Parameters, exchange: Exchange) -> Exchange:
    """The exchange with its request changed; values see the request as the client sent it."""
    headers, query = list(exchange.request.headers), exchange.request.parameters
    path = exchange.path
    changed = False
    for key, expression in parameters.items():
        value = None if key.startswith("remove:") else compile_value(expression).evaluate(exchange)
        if value is None and not key.startswith("remove:"):
            continue
        if key == "overwrite:path":
            path = _path(text_of(value))
            continue
        action, _, rest = key.partition(":")
        place, _, name = rest.partition(".")
        if place == "header":
            _change(headers, action, name, header_text(text_of(value)) if value is not None else "", True)
        else:
            changed = True
            _change(query, action, name, text_of(value) if value is not None else "", False)
    text = urlencode(query) if changed else exchange.request.query
    request: HttpRequest = replace(exchange.request, headers=tuple(headers), query=text)
    return replace(exchange, request=request, path=path)


def _path(text: str) -> str:
    encoded = quote(text, safe="/%:@!$&'()*+,;=~-._")
    return encoded if encoded.startswith("/") else "/" + encoded


def map_response(by_status: Mapping[str, Parameters], exchange: Exchange, answer: Answer) -> Answer:
    """The backend's answer changed by the mapping for its status."""
    status = answer.status
    headers = list(answer.headers)
    for key, expression in by_status.get(str(answer.status), {}).items():
        action, _, rest = key.partition(":")
        value = "" if action == "remove" else compile_value(expression).evaluate(exchange, answer)
        if value is None:
            continue
        if rest == "statuscode":
            status = int(text_of(value)) if _STATUS.fullmatch(text_of(value)) else status
        else:
            _change(headers, action, rest.removeprefix("header."), header_text(text_of(value)), True)
    return Answer(status, headers, answer.body, answer.error)


def _change(pairs: list[tuple[str, str]], action: str, name: str, value: str, ignore_case: bool) -> None:
    if action != "append":
        wanted = name.lower() if ignore_case else name
        pairs[:] = [pair for pair in pairs if (pair[0].lower() if ignore_case else pair[0]) != wanted]
    if action != "remove":
        pairs.append((name, value))
