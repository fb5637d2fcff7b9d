"""One call from request to answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.errors import AwsError
from emulator.wire.identify import identify
from emulator.wire.messages import ParsedCall, Target, WireRequest, WireResponse
from emulator.wire.scalars import malformed


def parse(request: WireRequest, target: Target | None = None) -> ParsedCall:
    """The call in ``request``.  ``target`` is what ``identify`` gave, if the caller has it already.

    Raises ``WireError`` if the request reaches no operation, ``AwsError`` (SerializationException, on Query
    MalformedInput) if a value does not fit its type.  Members that the model does not know are left out, as on AWS.
    """
    target = target or identify(request)
    warnings: list[str] = []
    try:
        params = target.protocol.read(request, target, warnings)
    except RecursionError as deep:
        raise malformed("Request body is nested too deeply") from deep
    return ParsedCall(target.service, target.operation, params, target.protocol, target, warnings)


def answer(call: ParsedCall | Target, result: Mapping[str, Any] | None, request_id: str) -> WireResponse:
    """The answer to a call that went well.  ``result`` has the output shape's members; ``None`` values are left out."""
    return call.protocol.write(call.service, call.operation, result or {}, request_id)


def error_answer(call: ParsedCall | Target, error: AwsError, request_id: str) -> WireResponse:
    """The answer to a call that failed, with AWS's status, headers and body form for this service and code."""
    return call.protocol.write_error(call.service, error, request_id)
