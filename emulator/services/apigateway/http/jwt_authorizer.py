"""JWT authorizers (AWS docs, "Control access to HTTP APIs with JWT authorizers"); forms of claims recorded from AWS.

The package joserfc checks signatures; it is loaded on first use.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.http.answer import Answer, failure, forbidden
from emulator.services.apigateway.http.exchange import Exchange, Grant
from emulator.services.apigateway.http.identity import identity_of
from emulator.services.apigateway.http.jwt_keys import IssuerKeys, NoKeysError

ALGORITHMS = ["RS256", "RS384", "RS512"]
"""RSA only (AWS docs)."""


class InvalidTokenError(Exception):
    """The token is not accepted; the text goes into ``error_description``."""


def is_installed() -> bool:
    """Whether tokens can be checked here."""
    return importlib.util.find_spec("joserfc") is not None


async def check_token(exchange: Exchange, authorizer: Mapping[str, Any], cause: Cause) -> Grant | Answer:
    """The grant, or what the client gets instead."""
    identity = identity_of(authorizer["IdentitySource"], exchange)
    if identity is None:
        return failure(401, "Unauthorized", ("www-authenticate", "Bearer"), reason="no token")
    token = identity[0]
    if token[:7].lower() == "bearer ":
        token = token[7:].strip()
    settings = authorizer["JwtConfiguration"]
    try:
        issuer = settings.get("Issuer", "")
        claims = await verified_claims(exchange.ground, token, issuer, exchange.route_arn, cause)
        check_claims(claims, settings, exchange.ground.clock.now())
    except InvalidTokenError as error:
        challenge = f'Bearer scope="" error="invalid_token" error_description="{error}"'
        return failure(401, "Unauthorized", ("www-authenticate", challenge), reason=str(error))
    wanted = exchange.plan.route.get("AuthorizationScopes") or []
    scopes = scopes_of(claims)
    if wanted and not set(wanted) & set(scopes):
        return forbidden(f"none of the scopes {' '.join(wanted)}")
    return Grant("jwt", claims=claims_as_text(claims), scopes=tuple(scopes) if wanted else None)


async def verified_claims(ground: Ground, token: str, issuer: str, source: str, cause: Cause) -> Mapping[str, Any]:
    """The claims of a token whose signature is right; ``source`` asks.  Raises InvalidTokenError."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    header = token_part(token, 0)
    if header.get("alg") not in ALGORITHMS:
        raise InvalidTokenError(f"signing method {header.get('alg')} is invalid".replace('"', "'"))
    keys = ground.cloud.shared(IssuerKeys)
    try:
        key = await keys.find(ground, issuer, str(header.get("kid", "")), source, cause)
    except NoKeysError:
        raise InvalidTokenError("the issuer's keys cannot be read") from None
    if key is None:
        raise InvalidTokenError("unable to find a signing key that matches kid")
    try:
        return jwt.decode(token, RSAKey.import_key(dict(key)), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError):
        raise InvalidTokenError("signature verification failed") from None


def token_part(token: str, number: int) -> Mapping[str, Any]:
    """The header (0) or the claims (1) of a token, unchecked.  Raises InvalidTokenError."""
    from joserfc.errors import JoseError
    from joserfc.util import urlsafe_b64decode

    parts = token.split(".")
    if len(parts) != 3:
        raise InvalidTokenError("token contains an invalid number of segments")
    try:
        part = read_json(urlsafe_b64decode(parts[number].encode()))
    except (JoseError, ValueError):
        part = None
    if not isinstance(part, dict):
        raise InvalidTokenError("token is malformed")
    return part


def check_claims(claims: Mapping[str, Any], settings: Mapping[str, Any], now: float) -> None:
    """``iss``, ``aud`` (or ``client_id`` where it is missing), ``exp``, ``nbf``, ``iat``.  Raises InvalidTokenError."""
    if claims.get("iss") != settings.get("Issuer"):
        raise InvalidTokenError("invalid issuer")
    audience = claims.get("aud", claims.get("client_id"))
    given = audience if isinstance(audience, list) else [audience]
    if not any(item in settings.get("Audience", []) for item in given):
        raise InvalidTokenError("the token does not have a valid audience")
    if not _is_instant(claims.get("exp")) or claims["exp"] <= now:
        raise InvalidTokenError("the token has expired")
    for name in ("nbf", "iat"):
        if name in claims and (not _is_instant(claims[name]) or claims[name] > now):
            raise InvalidTokenError(f"the token is not valid yet ({name})")


def _is_instant(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scopes_of(claims: Mapping[str, Any]) -> list[str]:
    """``scope`` (a text with blanks) or ``scp`` (a text or a list)."""
    given = claims.get("scope", claims.get("scp"))
    if isinstance(given, list):
        return [str(scope) for scope in given]
    return given.split() if isinstance(given, str) else []


def claims_as_text(claims: Mapping[str, Any]) -> dict[str, str]:
    """All claims as strings: lists as ``[a b]``, objects as JSON, nulls left out (recorded from AWS)."""
    return {name: _text(value) for name, value in claims.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "[" + " ".join(_text(item) for item in value) + "]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return compact(value)
