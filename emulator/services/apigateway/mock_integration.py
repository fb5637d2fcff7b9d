"""Integrations without a backend."""

from __future__ import annotations

import re

from emulator.core.cause import Cause
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.mapping import Backend
from emulator.services.apigateway.outcome import INTERNAL_ERROR, Failure, Outcome
from emulator.services.apigateway.request_mapping import map_request, map_response

_LOOSE = re.compile(r"""\s*\{\s*['"]?statusCode['"]?\s*:\s*['"]?(\d{1,9})['"]?\s*[,}]""")


async def answer(exchange: Exchange, cause: Cause) -> Outcome:
    """MOCK: the request template must give ``{"statusCode": n}``, which selects the integration response."""
    request = map_request(exchange, cause)
    if isinstance(request, Failure):
        return request
    status = status_in(request.body)
    if status is None:
        return INTERNAL_ERROR
    backend = Backend(status, request.body)
    return map_response(exchange, cause, request, backend, request.body.encode("utf-8", "replace"), str(status))


def status_in(body: str) -> int | None:
    """The number behind ``statusCode``, also where nothing is quoted, as frameworks write it; None without one."""
    try:
        document = read_json(body)
        return int(document["statusCode"])
    except (ValueError, TypeError, KeyError, OverflowError):
        found = _LOOSE.match(body)
        return int(found[1]) if found is not None else None
