"""Integrations with HTTP endpoints: HTTP_PROXY, and HTTP with templates."""

from __future__ import annotations

from urllib.parse import quote

from emulator.core.cause import Cause
from emulator.http_out import HttpAnswer, HttpFailedError
from emulator.http_out import request as send_request
from emulator.services.apigateway.backend_request import pairs
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.integration_uri import resolve
from emulator.services.apigateway.mapping import Backend, Mapped, map_parameters
from emulator.services.apigateway.outcome import INTERNAL_ERROR, Failure, Outcome, Reply
from emulator.services.apigateway.request_mapping import map_request, map_response

_NOT_PASSED_ON = ("host", "connection", "upgrade", "content-length", "transfer-encoding")


async def proxy(exchange: Exchange, cause: Cause) -> Outcome:
    """HTTP_PROXY: the message as body; on ``$connect`` the client's headers and query too.  Any status is an answer."""
    integration = exchange.plan.integration or {}
    mapped = map_parameters(integration.get("RequestParameters", {}), exchange.values())
    headers: list[tuple[str, str]] = []
    query: list[tuple[str, str]] = []
    if exchange.request is not None:
        headers = [pair for pair in exchange.request.headers if pair[0].lower() not in _NOT_PASSED_ON]
        query = list(exchange.request.query)
    try:
        answer = await _send(exchange, exchange.body.encode(), mapped, headers, query, cause)
    except HttpFailedError:
        return INTERNAL_ERROR
    return Reply(answer.status, answer.text, {name.lower(): value for name, value in answer.headers})


async def custom(exchange: Exchange, cause: Cause) -> Outcome:
    """HTTP: the rendered template as body; the backend's status selects the integration response."""
    mapped = map_request(exchange, cause)
    if isinstance(mapped, Failure):
        return mapped
    try:
        content = mapped.content(exchange.plan.integration or {})
        answer = await _send(exchange, content, mapped.parameters, [], [], cause)
    except (HttpFailedError, ValueError):
        return INTERNAL_ERROR
    backend = Backend(answer.status, answer.text, answer.headers)
    return map_response(exchange, cause, mapped, backend, answer.body, str(answer.status))


async def _send(
    exchange: Exchange,
    content: bytes,
    mapped: Mapped,
    headers: list[tuple[str, str]],
    query: list[tuple[str, str]],
    cause: Cause,
) -> HttpAnswer:
    integration = exchange.plan.integration or {}
    method = integration["IntegrationMethod"]
    url = resolve(integration["IntegrationUri"], exchange.stage_variables)
    for name, value in mapped.path.items():
        url = url.replace(f"{{{name}}}", quote(value if isinstance(value, str) else ",".join(value), safe=""))
    taken = {name.lower() for name in mapped.header}
    sent = [pair for pair in headers if pair[0].lower() not in taken] + pairs(mapped.header)
    if content and not any(name.lower() == "content-type" for name, _ in sent):
        sent.append(("Content-Type", "application/json"))
    return await send_request(
        exchange.ground,
        "POST" if method == "ANY" else method,
        url,
        source=exchange.route_arn,
        cause=cause,
        headers=sent,
        query=query + pairs(mapped.querystring),
        body=content,
        timeout=integration["TimeoutInMillis"] / 1000,
    )
