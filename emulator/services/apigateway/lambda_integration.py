"""Integrations with functions: AWS_PROXY, and AWS with templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.cause import Cause
from emulator.core.courier import Delivery, FunctionResult
from emulator.core.jsontext import compact
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.integration_uri import function_in, resolve
from emulator.services.apigateway.mapping import Backend, Mapped
from emulator.services.apigateway.outcome import INTERNAL_ERROR, Failure, Outcome, Reply
from emulator.services.apigateway.request_mapping import map_request, map_response


async def proxy(exchange: Exchange, cause: Cause) -> Outcome:
    """AWS_PROXY: the function gets the proxy event, and its result must have a ``statusCode``."""
    delivery = await _invoke(exchange, compact(exchange.proxy_event()), cause, {"InvocationType": "RequestResponse"})
    result = delivery.result
    if not delivery.ok or not isinstance(result, FunctionResult) or result.function_error is not None:
        return INTERNAL_ERROR
    return read_proxy_result(result.payload, exchange.plan.two_way)


def read_proxy_result(payload: bytes, two_way: bool) -> Outcome:
    """A proxy function's result: an object with ``statusCode``; ``body`` is looked at where it is sent on."""
    try:
        result = read_json(payload)
    except ValueError:
        return INTERNAL_ERROR
    status = _status(result.get("statusCode")) if isinstance(result, dict) else None
    headers = _headers(result) if status is not None else None
    if status is None or headers is None:
        return INTERNAL_ERROR
    body = result.get("body")
    if two_way and body is not None and not isinstance(body, str):
        return INTERNAL_ERROR
    return Reply(status, body if isinstance(body, str) else None, headers)


def _status(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if len(text) <= 3 and text.isdecimal() else None


def _headers(result: Mapping[str, Any]) -> dict[str, str] | None:
    """The last value of each header by lower-case name; None when they are no headers."""
    multi, single = result.get("multiValueHeaders") or {}, result.get("headers") or {}
    if not isinstance(multi, dict) or not isinstance(single, dict):
        return None
    lists = {name.lower(): str(values[-1]) for name, values in multi.items() if isinstance(values, list) and values}
    return lists | {name.lower(): str(value) for name, value in single.items() if value is not None}


async def custom(exchange: Exchange, cause: Cause) -> Outcome:
    """AWS: the function gets the rendered template; ``errorMessage`` in its result selects the integration response."""
    request = map_request(exchange, cause)
    if isinstance(request, Failure):
        return request
    payload = request.content(exchange.plan.integration or {}).decode("utf-8", "replace")
    delivery = await _invoke(exchange, payload, cause, _invocation(request.parameters))
    if not delivery.ok:
        return INTERNAL_ERROR
    result = delivery.result
    if not isinstance(result, FunctionResult):  # asynchronous: Lambda answers 202 without a body
        return map_response(exchange, cause, request, Backend(202, ""), b"", "")
    text = result.payload.decode("utf-8", "replace")
    return map_response(exchange, cause, request, Backend(200, text), result.payload, error_message(result.payload))


def _invocation(parameters: Mapped) -> dict[str, Any]:
    """Lambda's own headers among the mapped ones; it ignores all others."""
    headers = {name.lower(): value for name, value in parameters.header.items()}
    invocation: dict[str, Any] = {"InvocationType": headers.get("x-amz-invocation-type", "RequestResponse")}
    if "x-amz-client-context" in headers:
        invocation["ClientContext"] = headers["x-amz-client-context"]
    return invocation


def error_message(payload: bytes) -> str:
    """``errorMessage`` of a function's result, empty when there is none."""
    try:
        message = read_json(payload)["errorMessage"]
    except (ValueError, TypeError, KeyError):
        return ""
    return message if isinstance(message, str) else ""


async def _invoke(exchange: Exchange, payload: str, cause: Cause, parameters: Mapping[str, Any]) -> Delivery:
    integration = exchange.plan.integration or {}
    arn = resolve(function_in(integration["IntegrationUri"]), exchange.stage_variables)
    return await exchange.ground.courier.deliver(arn, payload, exchange.route_arn, cause, parameters)
