"""A function's result as the HTTP answer of its URL (AWS docs, "Invoking Lambda function URLs"; recorded from AWS)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from emulator.core import jsontext
from emulator.core.jsontext import compact
from emulator.wire.messages import WireResponse, header_text

_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
_PRELUDE_END = bytes(8)
_STATUS = re.compile(r"[2-5][0-9]{2}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def forbidden() -> WireResponse:
    headers = [("content-type", "application/json"), ("x-amzn-ErrorType", "AccessDeniedException")]
    return WireResponse(403, headers, compact({"Message": _FORBIDDEN}).encode())


def failed() -> WireResponse:
    return WireResponse(502, [("content-type", "application/json")], b"Internal Server Error")


def throttled() -> WireResponse:
    """AWS's body is not known."""
    headers = [("content-type", "application/json"), ("x-amzn-ErrorType", "TooManyRequestsException")]
    return WireResponse(429, headers, compact({"Message": "Rate Exceeded."}).encode())


def answered(payload: bytes, content_type: str = "application/json") -> WireResponse:
    """The answer for a result: an object with ``statusCode`` says all, anything else is the body."""
    if content_type == PRELUDE_TYPE:
        return _streamed(payload)
    try:
        result = jsontext.parse(payload)
    except ValueError:
        return WireResponse(200, [("content-type", "application/octet-stream")], payload)
    if isinstance(result, Mapping) and "statusCode" in result:
        return _stated(result)
    body = result if isinstance(result, str) else compact(result)
    return WireResponse(200, [("content-type", "application/json")], body.encode())


def _stated(result: Mapping[str, Any]) -> WireResponse:
    try:
        status = _status(result["statusCode"])
        return WireResponse(status, _headers(result), _body(result))
    except (ValueError, binascii.Error):
        return failed()


def _status(value: Any) -> int:
    """A final status, as number or numeric text; raises ValueError."""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(value, bool) or not _STATUS.fullmatch(text):
        raise ValueError("no status")
    return int(text)


def _headers(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = result.get("headers")
    pairs = [(str(name), header_text(_text(value))) for name, value in given.items()] if isinstance(given, dict) else []
    if not all(_HEADER_NAME.fullmatch(name) for name, _ in pairs):
        raise ValueError("no header name")
    if not any(name.lower() == "content-type" for name, _ in pairs):
        pairs.insert(0, ("content-type", "application/json"))
    pairs = [(name, value) for name, value in pairs if name.lower() not in ("content-length", "transfer-encoding")]
    cookies = result.get("cookies")
    return pairs + [("set-cookie", header_text(cookie)) for cookie in (cookies if isinstance(cookies, list) else [])]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return ",".join(map(_text, value)) if isinstance(value, list) else compact(value)


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    text = body if isinstance(body, str) else compact(body)
    return base64.b64decode(text, validate=True) if result.get("isBase64Encoded") is True else text.encode()


def _streamed(payload: bytes) -> WireResponse:
    """A JSON prelude, eight NUL bytes, and the body (the Runtime API's form of a streamed HTTP answer)."""
    prelude, found, body = payload.partition(_PRELUDE_END)
    try:
        facts = jsontext.parse(prelude)
    except ValueError:
        facts = None
    if not found or not isinstance(facts, dict):
        return failed()
    facts = {"statusCode": 200, **facts}
    facts.pop("body", None)
    answer = _stated(facts)
    if answer.body != failed().body:
        answer.body = body
    return answer
