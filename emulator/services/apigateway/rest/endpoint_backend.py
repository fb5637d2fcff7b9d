"""Integrations with HTTP endpoints: HTTP_PROXY, and HTTP with templates."""

from __future__ import annotations

from emulator.core.cause import Cause
from emulator.core.units import current_unit
from emulator.http_out import HttpAnswer, HttpFailedError
from emulator.http_out import request as send_request
from emulator.services.apigateway.backend_request import BackendRequest, filled
from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.http.backends import GRACE, NOT_PASSED_ON
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.request_mapping import map_parameters
from emulator.services.apigateway.rest.response_mapping import BackendAnswer

Pairs = list[tuple[str, str]]


async def proxy(exchange: Exchange, url: str, cause: Cause) -> Answer | Fault:
    """HTTP_PROXY: the request as it came, with mapped parameters on top; any status is an answer."""
    mapped = map_parameters(exchange)
    taken = {name.lower() for name in mapped.header}
    client = exchange.request
    headers = [pair for pair in client.headers if pair[0].lower() not in NOT_PASSED_ON | taken]
    query = [pair for pair in client.parameters if pair[0] not in mapped.querystring] + mapped.query()
    answer = await _send(exchange, filled(url, mapped), client.body, headers + mapped.headers(), query, cause)
    if isinstance(answer, Fault):
        return answer
    kept = [pair for pair in answer.headers if pair[0].lower() != "content-encoding"]  # the body is decoded already
    return Answer(answer.status, kept, answer.body)


async def custom(exchange: Exchange, url: str, request: BackendRequest, cause: Cause) -> BackendAnswer | Fault:
    """HTTP: the mapped request; the backend's status selects the integration response."""
    headers = request.headers()
    if request.one_header("content-type") is None:
        headers.append(("Content-Type", request.content_type))
    if request.one_header("accept") is None:
        headers.append(("Accept", "application/json"))
    answer = await _send(exchange, filled(url, request), request.body, headers, request.query(), cause)
    if isinstance(answer, Fault):
        return answer
    return BackendAnswer(str(answer.status), answer.body, list(answer.headers))


async def _send(
    exchange: Exchange, url: str, body: bytes, headers: Pairs, query: Pairs, cause: Cause
) -> HttpAnswer | Fault:
    integration = exchange.integration
    method = integration.get("httpMethod", "ANY")
    own = [("X-Amzn-Trace-Id", cause.header()), ("X-Amzn-Apigateway-Api-Id", exchange.served.api_id)]
    try:
        # The key lets the emulator's own back ends count as ours: a handler that waits must not hold up time.
        with exchange.ground.clock.unit(f"{integration['type']} {url}", current_unit.get(), cause.parent):
            return await send_request(
                exchange.ground,
                exchange.request.method if method == "ANY" else method,
                url,
                source=exchange.source,
                cause=cause,
                headers=headers + own,
                query=query,
                body=body,
                timeout=integration.get("timeoutInMillis", 29000) / 1000 + GRACE,
            )
    except HttpFailedError as error:
        return Fault("INTEGRATION_FAILURE", reason=str(error))
