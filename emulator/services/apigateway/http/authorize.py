"""Who may call a route."""

from __future__ import annotations

from emulator.services.apigateway.http.answer import Answer, forbidden, internal_error
from emulator.services.apigateway.http.exchange import Exchange, Grant
from emulator.services.apigateway.http.jwt_authorizer import check_token
from emulator.services.apigateway.http.lambda_authorizer import ask_function
from emulator.services.apigateway.signature import access_key, signer


async def authorize(exchange: Exchange) -> Grant | Answer | None:
    """The grant, None on an open route, or the answer of a refusal."""
    kind = exchange.plan.route["AuthorizationType"]
    if kind == "NONE":
        return None
    journal = exchange.ground.journal
    authorizer = exchange.plan.authorizer
    name = authorizer["Name"] if authorizer is not None else kind
    hop = journal.begin("authorize", exchange.route_arn, name, exchange.cause)
    if kind == "AWS_IAM":
        result = _signed(exchange)
    elif authorizer is None:
        result = internal_error("the route's authorizer does not exist")
    elif kind == "JWT":
        result = await check_token(exchange, authorizer, hop.cause)
    else:
        result = await ask_function(exchange, authorizer, hop.cause)
    if isinstance(result, Answer):
        journal.end(hop, str(result.status), reason=result.error)
    else:
        journal.end(hop)
    return result


def _signed(exchange: Exchange) -> Grant | Answer:
    """AWS_IAM: a signed request is allowed, its signature is not verified."""
    request = exchange.request
    key = access_key(request.header("authorization"), dict(request.parameters))
    if key is None:
        return forbidden("the request is not signed")
    return Grant("iam", context=signer(key, exchange.api.account))
