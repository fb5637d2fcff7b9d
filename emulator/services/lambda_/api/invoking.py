"""Invoke, InvokeWithResponseStream and InvokeAsync."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from emulator.core import jsontext
from emulator.core.ground import Call
from emulator.services.lambda_ import errors
from emulator.services.lambda_.async_queue import enqueue
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.invocation import Job, Run, run
from emulator.services.lambda_.payload import check_size, read_payload
from emulator.services.lambda_.store import address_of, find_qualified

_CALLER = "sdk"
MAX_CLIENT_CONTEXT = 3583
CHUNK = 64 * 1024
"""Bytes of one PayloadChunk."""


async def invoke(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Run a function and answer its result, or accept an event (``InvocationType`` ``Event``).

    Errors: those of names, InvalidRequestContentException, RequestEntityTooLargeException, TooManyRequestsException.
    The request's id is the invocation's id (recorded from AWS).
    """
    _refuse_unknown(params)
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = find_qualified(call, address)
    kind = params.get("InvocationType") or "RequestResponse"
    if kind == "DryRun":
        return {"StatusCode": 204}
    raw = params.get("Payload") or b""
    check_size(raw, kind == "Event", call.settings.enforce_quotas)
    payload = read_payload(raw)
    if kind == "Event":
        enqueue(call.ground, function, address.qualifier, payload, call.request_id, _CALLER, call.cause)
        return {"StatusCode": 202}
    return _answer(params, await _run(call, function, address.qualifier, payload, params))


async def _run(call: Call, function: Function, qualifier: str, payload: bytes, params: dict[str, Any]) -> Run:
    context = _client_context(params.get("ClientContext"))
    job = Job(function, qualifier, payload, call.request_id, _CALLER, call.cause, client_context=context)
    return await run(call.ground, job, type="RequestResponse")


def _answer(params: dict[str, Any], result: Run) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "StatusCode": 200,
        "ExecutedVersion": result.executed_version,
        "Payload": result.outcome.payload,
    }
    if result.function_error:
        answer["FunctionError"] = result.function_error
    if params.get("LogType") == "Tail":
        answer["LogResult"] = result.log_tail
    return answer


def _client_context(text: str | None) -> str | None:
    """The client context as JSON text; it arrives in base64 (AWS docs: at most 3,583 bytes)."""
    if not text:
        return None
    if len(text) > MAX_CLIENT_CONTEXT:
        raise errors.invalid_value(f"Client context must be smaller than {MAX_CLIENT_CONTEXT} bytes")
    try:
        decoded = base64.b64decode(text, validate=True).decode()
        if not isinstance(jsontext.parse(decoded), dict):
            raise ValueError("no object")
    except (binascii.Error, ValueError):
        raise errors.invalid_value("Client context must be a valid Base64-encoded JSON object.") from None
    return decoded


def _refuse_unknown(params: dict[str, Any]) -> None:
    for member, what in (("DurableExecutionName", "A durable execution"), ("TenantId", "Tenant isolation")):
        if params.get(member):
            raise errors.not_emulated(what, f"leave {member} out.")


async def invoke_with_response_stream(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Run a function and answer its result as an event stream, when it is complete: nothing is sent earlier here."""
    _refuse_unknown(params)
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = find_qualified(call, address)
    if params.get("InvocationType") == "DryRun":
        return {"StatusCode": 204}
    raw = params.get("Payload") or b""
    check_size(raw, False, call.settings.enforce_quotas)
    result = await _run(call, function, address.qualifier, read_payload(raw), params)
    return {
        "StatusCode": 200,
        "ExecutedVersion": result.executed_version,
        "ResponseStreamContentType": result.outcome.content_type,
        "EventStream": [*_chunks(result), {"InvokeComplete": _completed(result, params)}],
    }


def _chunks(result: Run) -> list[dict[str, Any]]:
    payload = b"" if result.failed else result.outcome.payload
    return [{"PayloadChunk": {"Payload": payload[start : start + CHUNK]}} for start in range(0, len(payload), CHUNK)]


def _completed(result: Run, params: dict[str, Any]) -> dict[str, Any]:
    """The last event; a failure is told here alone (AWS docs, InvokeWithResponseStream)."""
    members: dict[str, Any] = {}
    if result.failed:
        members = {
            "ErrorCode": result.function_error,
            "ErrorDetails": result.outcome.payload.decode("utf-8", "replace"),
        }
    return members | ({"LogResult": result.log_tail} if params.get("LogType") == "Tail" else {})


def invoke_async(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The legacy form of ``Event``: same queue, status 202."""
    address = address_of(call, params["FunctionName"])
    function = find_qualified(call, address)
    raw = params.get("InvokeArgs") or b""
    check_size(raw, True, call.settings.enforce_quotas)
    enqueue(call.ground, function, address.qualifier, read_payload(raw), call.request_id, _CALLER, call.cause)
    return {"Status": 202}
