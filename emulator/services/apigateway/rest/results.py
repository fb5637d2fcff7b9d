"""A proxy function's result as the HTTP answer (AWS docs, "Lambda proxy integrations"; recorded from AWS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.http.answer import JSON, Answer
from emulator.services.apigateway.http.results import MalformedResultError, header_name, merged_headers, status_of
from emulator.services.apigateway.rest.binary import decoded, wants_binary
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault, malformed, misconfigured

_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_DROPPED = frozenset({"keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
_REMAPPED = frozenset(
    {"authorization", "connection", "content-length", "content-md5", "date", "host", "server", "user-agent"}
    | {"www-authenticate", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id"}
)


def read_result(payload: bytes, exchange: Exchange) -> Answer | Fault:
    """The answer for a function's result, or 502 for what is none."""
    try:
        return _stated(read_json(payload), exchange)
    except ValueError as error:  # MalformedResultError among them
        return malformed(f"malformed result: {error}")


def _stated(result: Any, exchange: Exchange) -> Answer:
    if not isinstance(result, Mapping):
        raise MalformedResultError("not an object")
    unknown = sorted(result.keys() - _KEYS)
    if unknown:
        raise MalformedResultError(f"unknown key {unknown[0]!r}")
    status = 200 if result.get("statusCode") is None else status_of(result["statusCode"])
    headers = merged_headers(result)
    content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
    if content_type is None:
        headers.append(("Content-Type", JSON))
    body = result.get("body")
    if body is None:
        return Answer(status, headers)
    if not isinstance(body, str):
        raise MalformedResultError("body is not a string")
    if result.get("isBase64Encoded") is True and wants_binary(exchange, content_type or JSON):
        return Answer(status, headers, decoded(body))
    return Answer(status, headers, body.encode("utf-8", "replace"))


def sendable(answer: Answer) -> Answer | Fault:
    """An integration's answer, unless HTTP has no such answer."""
    if not 200 <= answer.status <= 599:
        return misconfigured(f"{answer.status} is no status of an answer")
    try:
        answer.headers = passed_back([(header_name(name), value) for name, value in answer.headers])
    except MalformedResultError as error:
        return misconfigured(str(error))
    return answer


def passed_back(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A backend's headers: those that API Gateway writes itself come under another name (AWS docs)."""
    kept = [pair for pair in headers if pair[0].lower() not in _DROPPED]
    return [(f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name, value) for name, value in kept]
