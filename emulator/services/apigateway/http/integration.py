"""Calling a route's backend for no longer than the integration's timeout."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.patience import within
from emulator.services.apigateway.http.answer import Answer, failure, internal_error, unavailable
from emulator.services.apigateway.http.backends import call_endpoint, call_function, call_service
from emulator.services.apigateway.http.exchange import Exchange
from emulator.services.apigateway.http.parameters import map_response

log = logging.getLogger("emulator.apigateway")
UNTOUCHED_CAP = 29.0
"""``integration_timeout_cap`` as it comes: WebSocket APIs' limit, one second below that of HTTP APIs."""

Backend = Callable[[Exchange, Cause], Awaitable[Answer]]


async def integrate(exchange: Exchange) -> Answer:
    """The answer of the route's integration; never raises.

    A function that takes longer than the timeout keeps running: only its answer is lost (AWS docs).
    """
    ground, integration = exchange.ground, exchange.integration
    kind = integration.get("IntegrationSubtype") or integration["IntegrationType"]
    target = integration.get("IntegrationUri") or kind
    hop = ground.journal.begin("integrate", exchange.route_arn, target, exchange.cause, type=kind)
    work = functools.partial(_call, _backend(exchange), exchange, hop.cause)
    label = f"integration of {exchange.plan.key}"
    answer = await within(ground.clock, seconds(ground, integration["TimeoutInMillis"]), work, label)
    if answer is None:
        late = integration["IntegrationType"] == "HTTP_PROXY"
        answer = failure(504, "Gateway Timeout") if late else unavailable("the integration timed out")
    ground.journal.end(hop, answer.error or "ok", status=answer.status)
    return map_response(integration.get("ResponseParameters", {}), exchange, answer)


def seconds(ground: Ground, milliseconds: int) -> float:
    """The integration's timeout, cut by the setting where somebody has lowered it."""
    cap = ground.settings.integration_timeout_cap
    return min(milliseconds / 1000, cap) if cap < UNTOUCHED_CAP else milliseconds / 1000


def _backend(exchange: Exchange) -> Backend:
    if exchange.integration.get("IntegrationSubtype"):
        return call_service
    return call_endpoint if exchange.integration["IntegrationType"] == "HTTP_PROXY" else call_function


async def _call(backend: Backend, exchange: Exchange, cause: Cause) -> Answer:
    try:
        return await backend(exchange, cause)
    except Exception as error:
        log.exception("integration of %s failed", exchange.plan.key)
        exchange.ground.journal.note("fault", exchange.route_arn, "", cause, type(error).__name__, error=str(error))
        return internal_error(repr(error))
