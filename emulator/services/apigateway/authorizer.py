"""The Lambda REQUEST authorizer of ``$connect``: asked once per connection, never cached (AWS docs)."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.core.cause import Cause
from emulator.core.courier import FunctionResult
from emulator.core.jsontext import compact
from emulator.core.patience import within
from emulator.services.apigateway import events, frames
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.handshake_request import HandshakeRequest
from emulator.services.apigateway.integration_uri import function_in, resolve
from emulator.services.apigateway.policy import InvalidPolicyError, evaluate

RESULT_LIMIT = 8192
NO_ALLOW = "User is not authorized to access this resource"
EXPLICIT_DENY = f"{NO_ALLOW} with an explicit deny"


@dataclass(frozen=True, slots=True)
class Allowed:
    """``context`` is what every event of the connection carries as ``requestContext.authorizer``."""

    context: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an authorizer returned: good for every route that its policy speaks of."""

    principal: str
    policy: Any
    context: Mapping[str, str]
    usage_key: str | None = None
    """An API key's value (``usageIdentifierKey``)."""


@dataclass(frozen=True, slots=True)
class Denied:
    """``reason`` is for the journal, ``message`` for the client."""

    status: int
    message: str
    reason: str = ""


UNAUTHORIZED = Denied(401, frames.UNAUTHORIZED)


async def authorize(exchange: Exchange, request: HandshakeRequest, cause: Cause) -> Allowed | Denied:
    """Ask the route's authorizer."""
    authorizer = exchange.plan.authorizer
    if authorizer is None:
        return _failed("the route's authorizer does not exist")
    if not has_identity(authorizer["IdentitySource"], exchange, request):
        return UNAUTHORIZED
    ground = exchange.ground
    arn = f"{exchange.connection.arn}/$connect"
    event = events.authorizer_event(
        exchange.connection, exchange.occasion, request, cause.trace, arn, exchange.stage_variables
    )
    function = resolve(function_in(authorizer["AuthorizerUri"]), exchange.stage_variables)
    parameters = {"InvocationType": "RequestResponse"}
    work = functools.partial(ground.courier.deliver, function, compact(event), exchange.route_arn, cause, parameters)
    seconds = ground.settings.integration_timeout_cap
    delivery = await within(ground.clock, seconds, work, f"authorizer of {exchange.connection.api_id}")
    if delivery is None:
        return _failed("the authorizer timed out")
    if not delivery.ok or not isinstance(delivery.result, FunctionResult):
        return _failed(delivery.message)
    return read_result(delivery.result, arn)


def has_identity(sources: list[str], exchange: Exchange, request: HandshakeRequest) -> bool:
    """Whether all identity sources are there and not empty."""
    values = exchange.values()
    for source in sources:
        area, _, name = source.rpartition(".")
        if area == "route.request.header":
            found: object = request.header(name)
        elif area == "route.request.querystring":
            found = request.parameter(name)
        else:
            found = values.lookup(source)
        if not isinstance(found, str | int) or found == "":
            return False
    return True


def read_result(result: FunctionResult, arn: str) -> Allowed | Denied:
    """What an authorizer's result means for ``arn``."""
    opinion = read_opinion(result)
    if isinstance(opinion, Denied):
        return opinion
    denied = judge(opinion, arn)
    return denied or Allowed({**opinion.context, "principalId": opinion.principal})


def judge(opinion: Opinion, arn: str) -> Denied | None:
    """Whether the opinion's policy refuses ``arn``."""
    try:
        verdict = evaluate(opinion.policy, arn)
    except InvalidPolicyError as error:
        return _failed(str(error))
    if verdict == "allow":
        return None
    return Denied(403, EXPLICIT_DENY if verdict == "deny" else NO_ALLOW)


def read_opinion(result: FunctionResult) -> Opinion | Denied:
    """An authorizer's result; anything but a policy with ``principalId`` is a failure (500)."""
    try:
        document = read_json(result.payload)
    except ValueError:
        return _failed("the result is not JSON")
    if result.function_error is not None:
        message = document.get("errorMessage") if isinstance(document, dict) else None
        return UNAUTHORIZED if message == frames.UNAUTHORIZED else _failed(f"the authorizer failed: {message}")
    if not isinstance(document, dict) or len(result.payload) > RESULT_LIMIT:
        return _failed("the result is not an object of at most 8 KB")
    principal, context = document.get("principalId"), document.get("context") or {}
    if not isinstance(principal, str) or not principal:
        return _failed("the result has no principalId")
    if not isinstance(context, dict) or not all(_is_simple(value) for value in context.values()):
        return _failed("context values must be strings, numbers or booleans")
    usage_key = document.get("usageIdentifierKey")
    texts = {key: _text(value) for key, value in context.items()}
    return Opinion(principal, document.get("policyDocument"), texts, usage_key if isinstance(usage_key, str) else None)


def _is_simple(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _failed(reason: str) -> Denied:
    return Denied(500, frames.INTERNAL_ERROR, reason)
