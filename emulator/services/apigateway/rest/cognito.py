"""Authorizers of type COGNITO_USER_POOLS (AWS docs, "Control access to REST APIs using Amazon Cognito user pools").

Without scopes on the method an ID token is wanted, with scopes an access token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.services.apigateway.http.jwt_authorizer import (
    InvalidTokenError,
    claims_as_text,
    scopes_of,
    token_part,
    verified_claims,
)
from emulator.services.apigateway.rest.exchange import Exchange
from emulator.services.apigateway.rest.fault import Fault
from emulator.services.apigateway.rest.grant import Grant
from emulator.services.apigateway.rest.lambda_authorizer import identity_of


async def check_user(exchange: Exchange, authorizer: Mapping[str, Any], cause: Cause) -> Grant | Fault:
    """The grant with the token's claims, or why there is none."""
    identity = identity_of(exchange, {**authorizer, "type": "TOKEN"})
    if identity is None:
        return Fault("UNAUTHORIZED", reason="no token")
    token = identity[0]
    if token[:7].lower() == "bearer ":
        token = token[7:].strip()
    try:
        issuer = _issuer(token, authorizer.get("providerARNs") or [])
        claims = await verified_claims(exchange.ground, token, issuer, exchange.source, cause)
        _check(claims, exchange.ground.clock.now(), exchange.method.get("authorizationScopes") or [])
    except InvalidTokenError as error:
        return Fault("UNAUTHORIZED", reason=str(error))
    return Grant({"claims": claims_as_text(claims)})


def _issuer(token: str, arns: list[str]) -> str:
    """The issuer that the token names, if it is one of the authorizer's pools."""
    named = token_part(token, 1).get("iss")
    for arn in arns:
        try:
            pool = Arn.parse(arn)
        except ValueError:
            continue
        issuer = f"https://cognito-idp.{pool.region}.amazonaws.com/{pool.resource.removeprefix('userpool/')}"
        if named == issuer:
            return issuer
    raise InvalidTokenError("the token is of another user pool")


def _check(claims: Mapping[str, Any], now: float, wanted: list[str]) -> None:
    expiry = claims.get("exp")
    if not isinstance(expiry, int | float) or expiry <= now:
        raise InvalidTokenError("the incoming token has expired")
    use = "access" if wanted else "id"
    if claims.get("token_use") != use:
        raise InvalidTokenError(f"the token is no {use} token")
    if wanted and not set(wanted) & set(scopes_of(claims)):
        raise InvalidTokenError(f"none of the scopes {' '.join(wanted)}")
