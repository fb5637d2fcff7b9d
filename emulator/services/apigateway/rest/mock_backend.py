"""Integrations without a backend."""

from __future__ import annotations

from emulator.services.apigateway.backend_request import BackendRequest
from emulator.services.apigateway.mock_integration import status_in
from emulator.services.apigateway.rest.fault import Fault, misconfigured
from emulator.services.apigateway.rest.response_mapping import BackendAnswer


def answer(request: BackendRequest) -> BackendAnswer | Fault:
    """MOCK: the request template gives ``{"statusCode": n}``, which selects the integration response."""
    status = status_in(request.body.decode("utf-8", "replace"))
    if status is None:
        return misconfigured("the request template of a MOCK integration gives no statusCode")
    return BackendAnswer(str(status))
