"""Calling a route's backend: which kind, and for how long."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable

from emulator.core.cause import Cause
from emulator.core.patience import within
from emulator.services.apigateway import (
    http_integration,
    lambda_integration,
    mock_integration,
    service_integration,
)
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.integration_uri import is_service
from emulator.services.apigateway.outcome import INTERNAL_ERROR, TIMED_OUT, Failure, Outcome

log = logging.getLogger("emulator.apigateway")

Backend = Callable[[Exchange, Cause], Awaitable[Outcome]]


async def _custom(exchange: Exchange, cause: Cause) -> Outcome:
    """AWS: a function, or another service."""
    uri = (exchange.plan.integration or {})["IntegrationUri"]
    backend = service_integration.custom if is_service(uri) else lambda_integration.custom
    return await backend(exchange, cause)


BACKENDS: dict[str, Backend] = {
    "AWS_PROXY": lambda_integration.proxy,
    "AWS": _custom,
    "HTTP_PROXY": http_integration.proxy,
    "HTTP": http_integration.custom,
    "MOCK": mock_integration.answer,
}


async def integrate(exchange: Exchange) -> Outcome:
    """The outcome of the route's integration; never raises.

    A function that takes longer than the integration's timeout keeps running: only its answer is lost (AWS docs).
    """
    integration = exchange.plan.integration
    if integration is None:
        return INTERNAL_ERROR
    ground = exchange.ground
    kind = integration["IntegrationType"]
    seconds = min(integration["TimeoutInMillis"] / 1000, ground.settings.integration_timeout_cap)
    target = integration.get("IntegrationUri") or kind
    hop = ground.journal.begin("integrate", exchange.route_arn, target, exchange.cause, type=kind)
    work = functools.partial(_call, BACKENDS[kind], exchange, hop.cause)
    outcome = await within(ground.clock, seconds, work, f"integration of {exchange.plan.key}")
    if outcome is None:
        outcome = TIMED_OUT
    ground.journal.end(hop, outcome.message if isinstance(outcome, Failure) else "ok")
    return outcome


async def _call(backend: Backend, exchange: Exchange, cause: Cause) -> Outcome:
    try:
        return await backend(exchange, cause)
    except Exception as error:
        log.exception("integration of %s failed", exchange.plan.key)
        exchange.ground.journal.note("fault", exchange.route_arn, "", cause, type(error).__name__, error=str(error))
        return INTERNAL_ERROR
