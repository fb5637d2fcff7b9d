"""REQUEST authorizers: a function's yes or no, kept for its time to live (AWS docs, "Lambda authorizers")."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.core.cause import Cause
from emulator.core.courier import Delivery, FunctionResult
from emulator.core.jsontext import compact
from emulator.core.patience import within
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.http.answer import Answer, failure, forbidden, internal_error
from emulator.services.apigateway.http.backends import function_of
from emulator.services.apigateway.http.events import authorizer_event
from emulator.services.apigateway.http.exchange import Exchange, Grant
from emulator.services.apigateway.http.identity import identity_of
from emulator.services.apigateway.integration_uri import InvalidUriError
from emulator.services.apigateway.kept import Kept
from emulator.services.apigateway.policy import InvalidPolicyError, evaluate

PATIENCE = 10.0
"""Seconds that an authorizer has."""
UNAUTHORIZED = "Unauthorized"


class MalformedResultError(ValueError):
    """The authorizer's result is none; the client sees 500."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an authorizer said: ``allowed`` is None where its policy decides, route by route."""

    allowed: bool | None
    policy: Any
    context: Mapping[str, Any]


class VerdictCache(Kept[Verdict]):
    """Verdicts by API, stage, authorizer and identity."""


async def ask_function(exchange: Exchange, authorizer: Mapping[str, Any], cause: Cause) -> Grant | Answer:
    """The grant, or what the client gets instead."""
    identity = identity_of(authorizer["IdentitySource"], exchange)
    if identity is None:
        return failure(401, UNAUTHORIZED, reason="an identity source is missing")
    cache = exchange.ground.cloud.shared(VerdictCache)
    key = (exchange.api.api_id, exchange.stage_name, authorizer["AuthorizerId"], *identity)
    ttl = authorizer.get("AuthorizerResultTtlInSeconds", 0) if identity else 0
    verdict = cache.get(key, exchange.ground.clock.now()) if ttl else None
    if verdict is None:
        try:
            asked = await _invoke(exchange, authorizer, identity, cause)
        except MalformedResultError as error:
            return internal_error(str(error))
        if isinstance(asked, Answer):
            return asked
        verdict = asked
        if ttl:
            now = exchange.ground.clock.now()
            cache.put(key, verdict, now + ttl, now)
    return _judge(verdict, exchange)


def _judge(verdict: Verdict, exchange: Exchange) -> Grant | Answer:
    if verdict.allowed is None:
        try:
            decision = evaluate(verdict.policy, exchange.method_arn)
        except InvalidPolicyError as error:
            return internal_error(str(error))
        if decision != "allow":
            return forbidden("the policy denies it" if decision == "deny" else "the policy does not allow it")
    elif not verdict.allowed:
        return forbidden("isAuthorized is false")
    return Grant("lambda", context=verdict.context)


async def _invoke(
    exchange: Exchange, authorizer: Mapping[str, Any], identity: list[str], cause: Cause
) -> Verdict | Answer:
    ground = exchange.ground
    version = authorizer["AuthorizerPayloadFormatVersion"]
    event = compact(authorizer_event(exchange, version, identity))
    try:
        function = function_of(authorizer["AuthorizerUri"], exchange.stage_variables)
    except InvalidUriError as error:
        raise MalformedResultError(str(error)) from None
    parameters = {"InvocationType": "RequestResponse"}
    work = functools.partial(ground.courier.deliver, function, event, exchange.route_arn, cause, parameters)
    delivery: Delivery | None = await within(ground.clock, PATIENCE, work, f"authorizer of {exchange.api.api_id}")
    if delivery is None:
        return internal_error("the authorizer timed out")
    if not delivery.ok or not isinstance(delivery.result, FunctionResult):
        return internal_error(delivery.message)
    return read_verdict(delivery.result, authorizer.get("EnableSimpleResponses", False))


def read_verdict(result: FunctionResult, simple: bool) -> Verdict | Answer:
    """Raises MalformedResultError for what is neither a simple response (where enabled) nor a policy."""
    try:
        document = read_json(result.payload)
    except ValueError:
        raise MalformedResultError("the result is not JSON") from None
    if result.function_error is not None:
        message = document.get("errorMessage") if isinstance(document, dict) else None
        if message == UNAUTHORIZED:
            return failure(401, UNAUTHORIZED)
        raise MalformedResultError(f"the authorizer failed: {message}")
    if not isinstance(document, dict):
        raise MalformedResultError("the result is not an object")
    context = document.get("context") or {}
    if not isinstance(context, dict):
        raise MalformedResultError("context is not an object")
    if simple:
        if not isinstance(document.get("isAuthorized"), bool):
            raise MalformedResultError("isAuthorized is not a boolean")
        return Verdict(document["isAuthorized"], None, context)
    if not isinstance(document.get("policyDocument"), dict):
        raise MalformedResultError("the result has no policyDocument")
    return Verdict(None, document["policyDocument"], context)
