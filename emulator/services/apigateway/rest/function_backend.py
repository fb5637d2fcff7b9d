"""Integrations with functions: AWS_PROXY, and AWS with templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.cause import Cause
from emulator.core.courier import Delivery, FunctionResult
from emulator.core.jsontext import compact
from emulator.services.apigateway.backend_request import BackendRequest
from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.lambda_integration import error_message
from emulator.services.apigateway.rest.events import proxy_event
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault, malformed, misconfigured
from emulator.services.apigateway.rest.response_mapping import BackendAnswer
from emulator.services.apigateway.rest.results import read_result

SYNCHRONOUS = {"InvocationType": "RequestResponse"}


async def proxy(exchange: Exchange, arn: str, cause: Cause) -> Answer | Fault:
    """AWS_PROXY: the function gets the proxy event, its result is the answer."""
    if exchange.integration.get("httpMethod") != "POST":
        return misconfigured("functions are invoked with POST")
    delivery = await _invoke(exchange, arn, compact(proxy_event(exchange)), cause, SYNCHRONOUS)
    result = delivery.result
    if not delivery.ok or not isinstance(result, FunctionResult):
        return misconfigured(delivery.message)
    if result.function_error is not None:
        return malformed(f"function error {result.function_error}")
    return read_result(result.payload, exchange)


async def custom(exchange: Exchange, arn: str, request: BackendRequest, cause: Cause) -> BackendAnswer | Fault:
    """AWS: the function gets the mapped body; a failure is an answer whose ``errorMessage`` selects."""
    kind = request.one_header("x-amz-invocation-type") or "RequestResponse"
    if kind == "DryRun":
        return BackendAnswer("204")
    if kind not in ("Event", "RequestResponse"):
        return misconfigured(f"X-Amz-Invocation-Type {kind}")
    parameters: dict[str, Any] = {"InvocationType": kind}
    context = request.one_header("x-amz-client-context")
    if context is not None:
        parameters["ClientContext"] = context
    delivery = await _invoke(exchange, arn, request.body.decode("utf-8", "replace"), cause, parameters)
    if delivery.code == "INVALID_JSON":
        body = compact({"Type": "User", "message": delivery.message})
        return BackendAnswer(delivery.message, body.encode())
    if not delivery.ok:
        return misconfigured(delivery.message)
    result = delivery.result
    if not isinstance(result, FunctionResult):  # asynchronous: Lambda answers 202 without a body
        return BackendAnswer("202", b"", [("x-amzn-requestid", result["RequestId"])])
    return BackendAnswer(error_message(result.payload), result.payload, [("x-amzn-requestid", result.request_id)])


async def _invoke(exchange: Exchange, arn: str, payload: str, cause: Cause, parameters: Mapping[str, Any]) -> Delivery:
    return await exchange.ground.courier.deliver(arn, payload, exchange.source, cause, parameters)
