"""Who may call a method."""

from __future__ import annotations

from emulator.services.apigateway.rest.cognito import check_user
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.grant import Grant
from emulator.services.apigateway.rest.lambda_authorizer import ask_function
from emulator.services.apigateway.signature import access_key, signer


async def authorize(exchange: Exchange) -> Grant | Fault:
    """What the method's authorizer found out; nothing on an open method."""
    kind = exchange.method.get("authorizationType", "NONE")
    if kind == "NONE":
        return Grant()
    journal = exchange.ground.journal
    authorizer = exchange.served.authorizers.get(exchange.method.get("authorizerId", ""))
    name = authorizer["name"] if authorizer is not None else kind
    hop = journal.begin("authorize", exchange.source, name, exchange.cause)
    if kind == "AWS_IAM":
        result = _signed(exchange)
    elif authorizer is None:
        result = Fault("AUTHORIZER_CONFIGURATION_ERROR", reason="the method's authorizer does not exist")
    elif kind == "COGNITO_USER_POOLS":
        result = await check_user(exchange, authorizer, hop.cause)
    else:
        result = await ask_function(exchange, authorizer, hop.cause)
    if isinstance(result, Fault):
        journal.end(hop, str(result.code), reason=result.outcome)
    else:
        journal.end(hop)
    return result


def _signed(exchange: Exchange) -> Grant | Fault:
    """AWS_IAM: a signed request is allowed, its signature is not verified."""
    request = exchange.request
    key = access_key(request.header("authorization"), dict(request.parameters))
    if key is None:
        return Fault("MISSING_AUTHENTICATION_TOKEN", reason="the request is not signed")
    known = signer(key, exchange.served.account)
    shown = {name: known[name] for name in ("accessKey", "accountId", "userArn")}
    return Grant(known=shown | {"caller": known["callerId"], "user": known["userId"]})
