"""Integrations with AWS services: AWS, with templates, past any function."""

from __future__ import annotations

from emulator.core.cause import Cause
from emulator.http_out import HttpFailedError
from emulator.services.apigateway.backend_request import BackendRequest
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.integration_target import ServiceTarget, target_of
from emulator.services.apigateway.mapping import Backend
from emulator.services.apigateway.outcome import INTERNAL_ERROR, Failure, Outcome
from emulator.services.apigateway.request_mapping import MappedRequest, map_request, map_response
from emulator.services.apigateway.service_call import ask_service


async def custom(exchange: Exchange, cause: Cause) -> Outcome:
    """The service gets the mapped request; the status of its answer selects the integration response."""
    connection, integration = exchange.connection, exchange.plan.integration or {}
    place = target_of(integration["IntegrationUri"], connection.account, connection.region, exchange.stage_variables)
    request = map_request(exchange, cause)
    if isinstance(request, Failure):
        return request
    if not isinstance(place, ServiceTarget):
        return INTERNAL_ERROR
    try:
        asked = _asked(request, request.content(integration))
    except ValueError:
        return INTERNAL_ERROR
    method = "POST" if integration["IntegrationMethod"] == "ANY" else integration["IntegrationMethod"]
    try:
        answer = await ask_service(
            exchange.ground, place, asked, method, source=exchange.route_arn, account=connection.account, cause=cause
        )
    except HttpFailedError:
        return INTERNAL_ERROR
    backend = Backend(answer.status, answer.body.decode("utf-8", "replace"), tuple(answer.headers))
    return map_response(exchange, cause, request, backend, answer.body, str(answer.status))


def _asked(request: MappedRequest, content: bytes) -> BackendRequest:
    parameters = request.parameters
    return BackendRequest(content, "application/json", parameters.header, parameters.querystring, parameters.path)
