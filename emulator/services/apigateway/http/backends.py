"""What an integration calls: a function, an HTTP endpoint, or an AWS service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from emulator.core.cause import Cause
from emulator.core.courier import FunctionResult
from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.core.units import current_unit
from emulator.http_out import HttpFailedError
from emulator.http_out import request as send_request
from emulator.services.apigateway.http.answer import JSON, Answer, failure, internal_error, unavailable
from emulator.services.apigateway.http.events import proxy_event
from emulator.services.apigateway.http.exchange import Exchange
from emulator.services.apigateway.http.parameters import map_request
from emulator.services.apigateway.http.results import read_result
from emulator.services.apigateway.http.service_actions import (
    ACTIONS,
    Action,
    InvalidParameterError,
    operation_parameters,
)
from emulator.services.apigateway.http.variables import compile_value
from emulator.services.apigateway.integration_uri import InvalidUriError, function_in, resolve
from emulator.wire.awsjson import AwsJson
from emulator.wire.messages import WireResponse
from emulator.wire.query import Query

GRACE = 5.0
"""Real seconds by which an HTTP request may outlast its integration, whose own time decides."""
_PATH_VARIABLE = re.compile(r"\{([\w.:-]+)\+?\}")
NOT_PASSED_ON = frozenset(
    {"connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
    | {"proxy-authorization", "x-amzn-trace-id", "accept-encoding"}
)
_NOT_PASSED_BACK = frozenset(
    {"connection", "content-encoding", "content-length", "date", "keep-alive", "server", "trailer"}
    | {"proxy-authenticate", "transfer-encoding", "upgrade"}
)


def function_of(uri: str, stage_variables: Mapping[str, str]) -> str:
    """The function's ARN: HTTP APIs take it as it is, or in the form of REST APIs.  Raises InvalidUriError."""
    uri = resolve(uri, stage_variables)
    if re.match(r"arn:aws[\w-]*:lambda:", uri):
        return uri
    return function_in(uri)


async def call_function(exchange: Exchange, cause: Cause) -> Answer:
    """AWS_PROXY."""
    integration = exchange.integration
    version = integration["PayloadFormatVersion"]
    mapped = map_request(integration.get("RequestParameters", {}), exchange)
    try:
        arn = function_of(integration["IntegrationUri"], exchange.stage_variables)
    except InvalidUriError as error:
        return internal_error(str(error))
    parameters = {"InvocationType": "RequestResponse"}
    event = compact(proxy_event(mapped, version))
    delivery = await exchange.ground.courier.deliver(arn, event, exchange.route_arn, cause, parameters)
    result = delivery.result
    if not delivery.ok or not isinstance(result, FunctionResult):
        return internal_error(delivery.message)
    if result.function_error is not None:
        return internal_error(f"function error {result.function_error}")
    return read_result(result.payload, version)


async def call_endpoint(exchange: Exchange, cause: Cause) -> Answer:
    """HTTP_PROXY: the request as it came, to the integration's URL; any status is an answer."""
    integration = exchange.integration
    mapped = map_request(integration.get("RequestParameters", {}), exchange)
    request = mapped.request
    method = integration.get("IntegrationMethod", "ANY")
    url = endpoint_url(exchange, mapped)
    headers = [pair for pair in request.headers if pair[0].lower() not in NOT_PASSED_ON]
    headers.append(("X-Amzn-Trace-Id", cause.header()))
    try:
        # The key lets the emulator's own back ends count as ours: a handler that waits must not hold up time.
        with exchange.ground.clock.unit(f"HTTP_PROXY {url}", current_unit.get(), cause.parent):
            answer = await send_request(
                exchange.ground,
                request.method if method == "ANY" else method,
                url,
                source=exchange.route_arn,
                cause=cause,
                headers=headers,
                query=parse_qsl(request.query, keep_blank_values=True),
                body=request.body,
                timeout=integration["TimeoutInMillis"] / 1000 + GRACE,
            )
    except HttpFailedError as error:
        return unavailable(str(error))
    passed = [pair for pair in answer.headers if pair[0].lower() not in _NOT_PASSED_BACK]
    return Answer(answer.status, passed, answer.body)


def endpoint_url(exchange: Exchange, mapped: Exchange) -> str:
    """The integration's URL with path and stage variables filled in, and the mapped path in place of its own."""
    url = resolve(exchange.integration["IntegrationUri"], exchange.stage_variables)
    url = _PATH_VARIABLE.sub(lambda found: quote(exchange.variables.get(found[1], ""), safe="/"), url)
    if mapped.path != exchange.path:
        parts = urlsplit(url)
        url = urlunsplit((parts.scheme, parts.netloc, mapped.path, parts.query, ""))
    return url


async def call_service(exchange: Exchange, cause: Cause) -> Answer:
    """AWS_PROXY with a subtype: one AWS operation, whose answer goes to the client as it is."""
    integration = exchange.integration
    action = ACTIONS[integration["IntegrationSubtype"]]
    given = integration.get("RequestParameters", {})
    values = {name: compile_value(text).evaluate(exchange) for name, text in given.items()}
    try:
        params = operation_parameters(action, values)
    except InvalidParameterError as error:
        return failure(400, str(error))
    region = values.get("Region")
    try:
        result = await exchange.ground.courier.call(
            action.service,
            action.operation,
            params,
            account=exchange.api.account,
            region=region if isinstance(region, str) and region else exchange.api.region,
            cause=cause,
        )
    except AwsError as error:
        return _service_answer(action, _protocol(action).write_error(action.service, error, exchange.request_id))
    answered = _protocol(action).write(action.service, action.operation, _shown(action, result), exchange.request_id)
    return _service_answer(action, answered)


def _protocol(action: Action) -> Query | AwsJson:
    return Query() if action.xml else AwsJson()


def _shown(action: Action, result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members in the order of AWS's samples."""
    return {name: result[name] for name in sorted(result)} if action.lower or action.entries else result


def _service_answer(action: Action, response: WireResponse) -> Answer:
    error = "" if response.status < 400 else str(response.status)
    return Answer(response.status, [("content-type", "text/xml" if action.xml else JSON)], response.body, error)
