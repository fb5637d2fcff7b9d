"""Calling a method's backend for no longer than the integration's timeout."""

from __future__ import annotations

import functools
import logging

from emulator.core.cause import Cause
from emulator.core.patience import within
from emulator.services.apigateway.backend_request import BackendRequest
from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.integration_target import EndpointTarget, FunctionTarget, Target, target_of
from emulator.services.apigateway.integration_uri import InvalidUriError
from emulator.services.apigateway.rest import endpoint_backend, function_backend, mock_backend, service_backend
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault, misconfigured
from emulator.services.apigateway.rest.request_mapping import map_request
from emulator.services.apigateway.rest.response_mapping import BackendAnswer, map_response

log = logging.getLogger("emulator.apigateway")
TIMEOUT = 29000


async def integrate(exchange: Exchange) -> Answer | Fault:
    """The answer of the method's integration; never raises.

    A function that takes longer than the timeout keeps running: only its answer is lost (AWS docs).
    """
    ground, integration = exchange.ground, exchange.integration
    if not integration:
        return misconfigured("No integration defined for method")
    kind = integration["type"]
    hop = ground.journal.begin("integrate", exchange.source, integration.get("uri") or kind, exchange.cause, type=kind)
    seconds = min(integration.get("timeoutInMillis", TIMEOUT) / 1000, ground.settings.integration_timeout_cap)
    work = functools.partial(_call, exchange, hop.cause)
    answer = await within(ground.clock, seconds, work, f"integration of {exchange.source}")
    if answer is None:
        answer = Fault("INTEGRATION_TIMEOUT")
    if isinstance(answer, Fault):
        ground.journal.end(hop, answer.outcome, status=answer.code)
    else:
        ground.journal.end(hop, status=answer.status)
    return answer


async def _call(exchange: Exchange, cause: Cause) -> Answer | Fault:
    try:
        return await _answer(exchange, cause)
    except InvalidUriError as error:
        return misconfigured(str(error))
    except Exception as error:
        log.exception("integration of %s failed", exchange.source)
        exchange.ground.journal.note("fault", exchange.source, "", cause, type(error).__name__, error=str(error))
        return misconfigured(repr(error))


async def _answer(exchange: Exchange, cause: Cause) -> Answer | Fault:
    kind = exchange.integration["type"]
    served = exchange.served
    if kind == "MOCK":
        request = map_request(exchange)
        return request if isinstance(request, Fault) else _mapped(exchange, mock_backend.answer(request))
    target = target_of(exchange.integration.get("uri", ""), served.account, served.region, exchange.stage_variables)
    if kind == "AWS_PROXY" and isinstance(target, FunctionTarget):
        return await function_backend.proxy(exchange, target.arn, cause)
    if kind == "HTTP_PROXY" and isinstance(target, EndpointTarget):
        return await endpoint_backend.proxy(exchange, target.url, cause)
    if kind not in ("AWS", "HTTP") or isinstance(target, EndpointTarget) is (kind == "AWS"):
        return misconfigured(f"an integration of type {kind} cannot have the URI {exchange.integration.get('uri')}")
    request = map_request(exchange)
    return request if isinstance(request, Fault) else _mapped(exchange, await _ask(exchange, target, request, cause))


async def _ask(exchange: Exchange, target: Target, request: BackendRequest, cause: Cause) -> BackendAnswer | Fault:
    if isinstance(target, FunctionTarget):
        return await function_backend.custom(exchange, target.arn, request, cause)
    if isinstance(target, EndpointTarget):
        return await endpoint_backend.custom(exchange, target.url, request, cause)
    return await service_backend.call(exchange, target, request, cause)


def _mapped(exchange: Exchange, backend: BackendAnswer | Fault) -> Answer | Fault:
    return backend if isinstance(backend, Fault) else map_response(exchange, backend)
