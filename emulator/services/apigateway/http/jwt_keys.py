"""The public keys of token issuers, found by OpenID Connect discovery and kept for two hours (AWS docs)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.units import current_unit
from emulator.http_out import HttpFailedError
from emulator.http_out import request as send_request
from emulator.services.apigateway.documents import read_json

KEEP = 7200.0
PATIENCE = 1.5
"""Real seconds for each of the two requests (AWS quotas: 1,500 ms)."""
_AWS_HOST = re.compile(r"[\w.-]+\.amazonaws\.com(\.cn)?")

Keys = Mapping[str, Mapping[str, Any]]


class NoKeysError(Exception):
    """The issuer does not answer, or not as OpenID Connect wants it."""


class IssuerKeys:
    """JSON Web Keys by issuer and key id."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Keys]] = {}

    async def find(
        self, ground: Ground, issuer: str, key_id: str, source: str, cause: Cause
    ) -> Mapping[str, Any] | None:
        """The key, None when the issuer has no such key.  An unknown id asks the issuer anew.  Raises NoKeysError."""
        until, keys = self._kept.get(issuer, (0.0, {}))
        if until <= ground.clock.now() or key_id not in keys:
            keys = await fetch(ground, issuer, source, cause)
            self._kept[issuer] = (ground.clock.now() + KEEP, keys)
        return keys.get(key_id)


async def fetch(ground: Ground, issuer: str, source: str, cause: Cause) -> Keys:
    """Raises NoKeysError."""
    found = await _get(ground, f"{issuer.rstrip('/')}/.well-known/openid-configuration", source, cause)
    uri = found.get("jwks_uri")
    if not isinstance(uri, str):
        raise NoKeysError(f"{issuer} names no jwks_uri")
    keys = (await _get(ground, uri, source, cause)).get("keys")
    if not isinstance(keys, list):
        raise NoKeysError(f"{uri} holds no keys")
    return {str(key["kid"]): key for key in keys if isinstance(key, dict) and "kid" in key}


async def _get(ground: Ground, url: str, source: str, cause: Cause) -> Mapping[str, Any]:
    """A JSON document; AWS's own addresses (a user pool's issuer) lead to the emulator."""
    headers = [("X-Amzn-Trace-Id", cause.header())]
    parts = urlsplit(url)
    if _AWS_HOST.fullmatch(parts.netloc):
        headers.append(("Host", parts.netloc))
        url = f"{ground.base_url}{parts.path}"
    try:
        with ground.clock.unit(f"keys from {parts.netloc}", current_unit.get(), cause.parent):
            answer = await send_request(
                ground, "GET", url, source=source, cause=cause, headers=headers, timeout=PATIENCE
            )
        document = read_json(answer.body) if answer.status == 200 else None
    except (HttpFailedError, ValueError) as error:
        raise NoKeysError(f"{url}: {error}") from None
    if not isinstance(document, dict):
        raise NoKeysError(f"{url} answered {answer.status}")
    return document
