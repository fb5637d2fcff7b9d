"""A function's result as the HTTP answer (AWS docs, "AWS Lambda integrations for HTTP APIs")."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from emulator.core.jsontext import compact
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.http.answer import JSON, Answer, internal_error
from emulator.wire.messages import header_text

DEFAULT_TYPE = "text/plain; charset=utf-8"
_OURS = ("connection", "content-length", "keep-alive", "transfer-encoding", "upgrade")
"""Headers that belong to the connection, which a backend cannot set."""


_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class MalformedResultError(ValueError):
    """The result is none that API Gateway understands."""


def read_result(payload: bytes, version: str) -> Answer:
    """The answer for a function's result in the integration's payload format; never raises."""
    try:
        result = read_json(payload)
        if version == "2.0" and not (isinstance(result, Mapping) and "statusCode" in result):
            body = result.encode("utf-8", "replace") if isinstance(result, str) else payload
            return Answer(200, [("content-type", JSON)], body)
        return _stated(result, version)
    except ValueError as error:  # MalformedResultError among them
        return internal_error(f"malformed result: {error}")


def _stated(result: Any, version: str) -> Answer:
    if not isinstance(result, Mapping):
        raise MalformedResultError("not an object")
    if version == "1.0":
        headers = [pair for pair in merged_headers(result) if pair[0].lower() not in _OURS]
    else:
        headers = _headers_2(result)
    body = _body(result, version)
    if body and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", DEFAULT_TYPE))
    return Answer(status_of(result.get("statusCode")), headers, body)


def status_of(value: Any) -> int:
    """A status as number or as text.  Raises MalformedResultError."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdecimal() and len(text) == 3 and 200 <= int(text) <= 599):
        raise MalformedResultError(f"statusCode {value!r}")
    return int(text)


def _body(result: Mapping[str, Any], version: str) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        if version == "1.0":
            raise MalformedResultError("body is not a string")
        body = compact(body)
    if result.get("isBase64Encoded") is True:
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error:
            raise MalformedResultError("body is not base64") from None
    return body.encode("utf-8", "replace")


def _headers_2(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    cookies = result.get("cookies") or []
    if not isinstance(cookies, list):
        raise MalformedResultError("cookies is not a list")
    headers = [pair for pair in _single(result) if pair[0].lower() not in _OURS]
    return headers + [("set-cookie", header_text(cookie)) for cookie in cookies]


def merged_headers(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Both maps merged; a name that is in both is taken from ``multiValueHeaders`` first, without repetition.

    Raises MalformedResultError.
    """
    multi = result.get("multiValueHeaders") or {}
    if not isinstance(multi, Mapping) or not all(isinstance(values, list) for values in multi.values()):
        raise MalformedResultError("multiValueHeaders is not a map of lists")
    pairs = [(header_name(name), _text(value)) for name, values in multi.items() for value in values]
    known = {(name.lower(), value) for name, value in pairs}
    return pairs + [pair for pair in _single(result) if (pair[0].lower(), pair[1]) not in known]


def _single(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = result.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise MalformedResultError("headers is not a map")
    return [(header_name(name), _text(value)) for name, value in headers.items()]


def header_name(name: str) -> str:
    """Raises MalformedResultError for what HTTP does not allow."""
    if not _TOKEN.fullmatch(name):
        raise MalformedResultError(f"header name {name!r}")
    return name


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return header_text(value if isinstance(value, str) else compact(value))
