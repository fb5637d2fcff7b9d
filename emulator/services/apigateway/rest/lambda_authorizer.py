"""TOKEN and REQUEST authorizers: a function's policy, kept for its time to live.

AWS docs, "Use API Gateway Lambda authorizers".
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from emulator.core.cause import Cause
from emulator.core.courier import Delivery, FunctionResult
from emulator.core.jsontext import compact
from emulator.core.patience import within
from emulator.services.apigateway.authorizer import Denied, Opinion, judge, read_opinion
from emulator.services.apigateway.integration_target import FunctionTarget, target_of
from emulator.services.apigateway.integration_uri import InvalidUriError
from emulator.services.apigateway.kept import Kept
from emulator.services.apigateway.rest.events import request_event, token_event
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.grant import Grant
from emulator.services.apigateway.rest.response_mapping import matches
from emulator.services.apigateway.rest.values import evaluate

DEFAULT_TTL = 300
DEFAULT_SOURCE = "method.request.header.Authorization"


class OpinionCache(Kept[Opinion]):
    """Opinions by API, stage, authorizer and identity."""


async def ask_function(exchange: Exchange, authorizer: Mapping[str, Any], cause: Cause) -> Grant | Fault:
    """The grant, or why there is none."""
    identity = identity_of(exchange, authorizer)
    if identity is None:
        return Fault("UNAUTHORIZED", reason="an identity source is missing or not valid")
    clock = exchange.ground.clock
    cache = exchange.ground.cloud.shared(OpinionCache)
    ttl = authorizer.get("authorizerResultTtlInSeconds", DEFAULT_TTL) if identity else 0
    key = (exchange.served.api_id, exchange.served.stage_name, authorizer["id"], *identity)
    opinion = cache.get(key, clock.now()) if ttl else None
    latency = 0
    if opinion is None:
        begun = clock.now()
        asked = await _invoke(exchange, authorizer, identity, cause)
        if isinstance(asked, Fault):
            return asked
        opinion = asked
        latency = round((clock.now() - begun) * 1000)
        if ttl:
            cache.put(key, opinion, clock.now() + ttl, clock.now())
    refused = judge(opinion, exchange.method_arn)
    if refused is not None:
        return _fault(refused)
    context = {**opinion.context, "principalId": opinion.principal, "integrationLatency": latency}
    return Grant(context, usage_key=opinion.usage_key)


def identity_of(exchange: Exchange, authorizer: Mapping[str, Any]) -> list[str] | None:
    """The values of the identity sources; None when one is missing, or is no token as the authorizer wants it."""
    default = DEFAULT_SOURCE if authorizer["type"] == "TOKEN" else ""
    sources = [part.strip() for part in (authorizer.get("identitySource") or default).split(",") if part.strip()]
    values: list[str] = []
    context = exchange.context()
    for source in sources:
        value = evaluate(source, exchange, "", context)
        if not isinstance(value, str) or not value:
            return None
        values.append(value)
    expression = authorizer.get("identityValidationExpression")
    if authorizer["type"] == "TOKEN" and expression and not matches(expression, values[0]):
        return None
    return values


async def _invoke(
    exchange: Exchange, authorizer: Mapping[str, Any], identity: list[str], cause: Cause
) -> Opinion | Fault:
    ground, served = exchange.ground, exchange.served
    event = token_event(exchange, identity[0]) if authorizer["type"] == "TOKEN" else request_event(exchange)
    try:
        uri = authorizer.get("authorizerUri", "")
        target = target_of(uri, served.account, served.region, exchange.stage_variables)
    except InvalidUriError as error:
        return Fault("AUTHORIZER_CONFIGURATION_ERROR", reason=str(error))
    if not isinstance(target, FunctionTarget):
        return Fault("AUTHORIZER_CONFIGURATION_ERROR", reason="authorizerUri names no function")
    parameters = {"InvocationType": "RequestResponse"}
    work = functools.partial(ground.courier.deliver, target.arn, compact(event), exchange.source, cause, parameters)
    seconds = ground.settings.integration_timeout_cap
    delivery: Delivery | None = await within(ground.clock, seconds, work, f"authorizer of {served.api_id}")
    if delivery is None:
        return Fault("AUTHORIZER_FAILURE", reason="the authorizer timed out")
    if not delivery.ok or not isinstance(delivery.result, FunctionResult):
        return Fault("AUTHORIZER_CONFIGURATION_ERROR", reason=delivery.message)
    opinion = read_opinion(delivery.result)
    return _fault(opinion) if isinstance(opinion, Denied) else opinion


def _fault(denied: Denied) -> Fault:
    match denied.status:
        case 401:
            return Fault("UNAUTHORIZED")
        case 403:
            return Fault("ACCESS_DENIED", denied.message)
    return Fault("AUTHORIZER_CONFIGURATION_ERROR", reason=denied.reason)
