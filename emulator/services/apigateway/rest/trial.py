"""TestInvokeMethod: one call of a method as it stands, deployed or not, past authorizers, API keys and throttling.

AWS docs, API reference, TestInvokeMethod.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from emulator.core.ground import Call
from emulator.services.apigateway.events import last_and_all
from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.http.request import HttpRequest
from emulator.services.apigateway.lifecycle import REQUEST_MARK
from emulator.services.apigateway.resources import Params, bad_request
from emulator.services.apigateway.rest.api.common import find, find_resource
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.front import answer_of
from emulator.services.apigateway.rest.gateway_responses import answer_for
from emulator.services.apigateway.rest.model import Item, RestApi
from emulator.services.apigateway.rest.routing import Match, ResourceTable
from emulator.services.apigateway.rest.served import Served
from emulator.services.apigateway.rest.validation import validate

STAGE = "test-invoke-stage"
DOMAIN = "testPrefix.testDomainName"
PEER = "test-invoke-source-ip"


async def test_invoke_method(call: Call, params: Params) -> dict[str, Any]:
    """The client's answer with a log of the execution."""
    api, resource = find_resource(call, params)
    exchange = _exchange(call, api, resource, params)
    begun = call.clock.now()
    fault = validate(exchange)
    answer = answer_for(fault, exchange) if fault is not None else await answer_of(exchange)
    headers, several = last_and_all(answer.headers)
    return {
        "status": answer.status,
        "body": answer.body.decode("utf-8", "replace"),
        "headers": headers,
        "multiValueHeaders": several,
        "log": _log(exchange, answer),
        "latency": round((call.clock.now() - begun) * 1000),
    }


def _exchange(call: Call, api: RestApi, resource: Item, params: Params) -> Exchange:
    verb = params.get("httpMethod", "")
    methods = resource.get("resourceMethods", {})
    find(methods, verb if verb in methods else "ANY", "Method identifier")
    path, _, query = (params.get("pathWithQueryString") or quote(resource["path"], safe="/")).partition("?")
    match: Match | None = ResourceTable([resource]).find(verb, path)
    if match is None:
        raise bad_request(f"Invalid pathWithQueryString specified: {path} is not {resource['path']}")
    stage = {"stageName": STAGE, "deploymentId": "", "variables": params.get("stageVariables") or {}}
    request = HttpRequest(
        verb, DOMAIN, path, query, _headers(params), (params.get("body") or "").encode("utf-8", "replace"), PEER
    )
    return Exchange(
        call.ground,
        Served(api, stage, api.snapshot()),
        request,
        path,
        call.ids.uuid(),
        call.ids.gateway(REQUEST_MARK),
        DOMAIN,
        call.clock.now(),
        call.cause,
        match,
    )


def _headers(params: Params) -> tuple[tuple[str, str], ...]:
    several = params.get("multiValueHeaders") or {}
    pairs = [(name, value) for name, values in several.items() for value in values]
    pairs += [(name, value) for name, value in (params.get("headers") or {}).items() if name not in several]
    return tuple(pairs)


def _log(exchange: Exchange, answer: Answer) -> str:
    when = datetime.fromtimestamp(exchange.at, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    query = last_and_all(exchange.request.parameters)[0]
    lines = [
        f"Starting execution for request: {exchange.request_id}",
        f"HTTP Method: {exchange.request.method}, Resource Path: {exchange.path}",
        f"Method request path: {_shown(dict(exchange.variables))}",
        f"Method request query string: {_shown(query)}",
        f"Method request headers: {_shown(dict(exchange.request.headers))}",
        f"Method request body before transformations: {exchange.request.body.decode('utf-8', 'replace')}",
        f"Execution failed due to: {answer.error}" if answer.error else "Successfully completed execution",
        f"Method response body after transformations: {answer.body.decode('utf-8', 'replace')}",
        f"Method response headers: {_shown(dict(answer.headers))}",
        f"Method completed with status: {answer.status}",
    ]
    return "\n".join([f"Execution log for request {exchange.request_id}", *(f"{when} : {line}" for line in lines), ""])


def _shown(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, value in values.items()) + "}"
