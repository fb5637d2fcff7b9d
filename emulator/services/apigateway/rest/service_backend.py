"""Integrations with AWS services."""

from __future__ import annotations

from emulator.core.cause import Cause
from emulator.http_out import HttpFailedError
from emulator.services.apigateway.backend_request import BackendRequest
from emulator.services.apigateway.integration_target import ServiceTarget
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.response_mapping import BackendAnswer
from emulator.services.apigateway.service_call import ask_service


async def call(
    exchange: Exchange, place: ServiceTarget, request: BackendRequest, cause: Cause
) -> BackendAnswer | Fault:
    """The service's answer; its status selects the integration response."""
    method = exchange.integration.get("httpMethod", "POST")
    account = exchange.served.account
    try:
        answer = await ask_service(
            exchange.ground, place, request, method, source=exchange.source, account=account, cause=cause
        )
    except HttpFailedError as error:
        return Fault("INTEGRATION_FAILURE", reason=str(error))
    return BackendAnswer(str(answer.status), answer.body, answer.headers)
