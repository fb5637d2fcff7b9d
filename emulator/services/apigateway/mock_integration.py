"""Integrations without a backend."""

from __future__ import annotations

from emulator.core.cause import Cause
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.mapping import Backend
from emulator.services.apigateway.outcome import INTERNAL_ERROR, Failure, Outcome
from emulator.services.apigateway.request_mapping import map_request, map_response


async def answer(exchange: Exchange, cause: Cause) -> Outcome:
    """MOCK: the request template must give ``{"statusCode": n}``, which selects the integration response."""
    request = map_request(exchange, cause)
    if isinstance(request, Failure):
        return request
    status = _status(request.body)
    if status is None:
        return INTERNAL_ERROR
    backend = Backend(status, request.body)
    return map_response(exchange, cause, request, backend, request.body.encode("utf-8", "replace"), str(status))


def _status(body: str) -> int | None:
    try:
        document = read_json(body)
        return int(document["statusCode"])
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
