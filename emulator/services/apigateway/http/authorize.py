"""Who may call a route."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from emulator.services.apigateway.http.answer import Answer, forbidden, internal_error
from emulator.services.apigateway.http.exchange import Exchange, Grant
from emulator.services.apigateway.http.jwt_authorizer import check_token
from emulator.services.apigateway.http.lambda_authorizer import ask_function

_CREDENTIAL = re.compile(r"AWS4-\S+ .*Credential=([^/,\s]+)/")


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
    found = _CREDENTIAL.match(exchange.request.header("authorization") or "")
    query = parse_qs(exchange.request.query)
    key = found[1] if found else query.get("X-Amz-Credential", [""])[0].partition("/")[0]
    if not key or not (found or "X-Amz-Signature" in query):
        return forbidden("the request is not signed")
    account = exchange.api.account
    context = {
        "accessKey": key,
        "accountId": account,
        "callerId": account,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{account}:root",
        "userId": account,
    }
    return Grant("iam", context=context)
