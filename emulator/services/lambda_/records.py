"""Records of asynchronous invocations: what destinations and dead-letter queues receive.

AWS docs, "Capturing records of Lambda asynchronous invocations"; key order and values recorded from AWS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from emulator.core import jsontext, timestamps
from emulator.core.arns import Arn
from emulator.core.jsontext import compact

SUCCESS = "Success"
RETRIES_EXHAUSTED = "RetriesExhausted"
EVENT_AGE_EXCEEDED = "EventAgeExceeded"
ZERO_CONCURRENCY = "ZeroReservedConcurrency"
RECURSIVE = "RecursiveInvocation"
"""Our own name: AWS's is not known."""

DETAIL_TYPES = {
    True: "Lambda Function Invocation Result - Success",
    False: "Lambda Function Invocation Result - Failure",
}
ERROR_MESSAGE_LIMIT = 1024
_UNSENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no message attribute may hold (AWS docs, SendMessage); what AWS makes of it is not known."""


class LastRun(NamedTuple):
    """The last attempt of an event, where there was one."""

    payload: bytes
    executed_version: str
    function_error: str | None


class Finished(NamedTuple):
    """An event that is over: ``function_arn`` is qualified, ``attempts`` counts runs, ``at`` in epoch seconds."""

    request_id: str
    function_arn: str
    condition: str
    attempts: int
    payload: bytes
    at: float
    last: LastRun | None

    @property
    def succeeded(self) -> bool:
        return self.condition == SUCCESS


def record(event: Finished) -> str:
    """The record as JSON text.

    Event and result are embedded as the text they were, because reading and writing JSON changes numbers.
    """
    context = {
        "requestId": event.request_id,
        "functionArn": event.function_arn,
        "condition": event.condition,
        "approximateInvokeCount": event.attempts,
    }
    members = {
        "version": compact("1.0"),
        "timestamp": compact(timestamps.iso_milliseconds(event.at)),
        "requestContext": compact(context),
        "requestPayload": json_text(event.payload),
    }
    if event.last is not None:
        members["responseContext"] = compact(_response_context(event.last))
        members["responsePayload"] = json_text(event.last.payload)
    return "{" + ",".join(f"{compact(name)}:{text}" for name, text in members.items()) + "}"


def _response_context(last: LastRun) -> dict[str, Any]:
    context = {"statusCode": 200, "executedVersion": last.executed_version}
    return context if last.function_error is None else context | {"functionError": last.function_error}


def object_key(event: Finished, uuid: str) -> str:
    """Where the record lies in a bucket (AWS docs)."""
    name = Arn.parse(event.function_arn).resource.split(":")[1]
    return key_of_object(f"async/{name}", event.at, uuid)


def key_of_object(folder: str, at: float, uuid: str) -> str:
    """``aws/lambda/<folder>/2025/11/25/2025-11-25T15.53.01-<uuid>``."""
    second = timestamps.iso_seconds(at).removesuffix("Z")
    return f"aws/lambda/{folder}/{second[:10].replace('-', '/')}/{second.replace(':', '.')}-{uuid}"


def json_text(data: bytes) -> str:
    """``data`` if it is JSON, otherwise (a handler returned bytes) the text as a JSON string."""
    text = data.decode("utf-8", "replace")
    try:
        jsontext.parse_standard(text)
    except ValueError:
        return compact(text)
    return text.strip()


def dead_letter_attributes(event: Finished) -> dict[str, dict[str, str]]:
    """Message attributes of a dead letter, as SendMessage takes them (recorded from AWS).

    For an event that never ran the code is ours: AWS's is not known.
    """
    code, message = ("429", "Rate Exceeded.") if event.last is None else ("200", error_message(event.last.payload))
    attributes = {"RequestID": _attribute("String", event.request_id), "ErrorCode": _attribute("Number", code)}
    # A message attribute must not be empty, and an exception may have no text.
    return attributes | ({"ErrorMessage": _attribute("String", message)} if message else {})


def _attribute(kind: str, value: str) -> dict[str, str]:
    return {"DataType": kind, "StringValue": value}


def error_message(payload: bytes) -> str:
    """The first KB of an error payload's ``errorMessage``, as an attribute may hold it."""
    try:
        body = jsontext.parse(payload)
    except ValueError:
        body = None
    message = str(body.get("errorMessage") or "") if isinstance(body, Mapping) else ""
    message = _UNSENDABLE.sub("\ufffd", message)
    return message.encode()[:ERROR_MESSAGE_LIMIT].decode(errors="ignore")
