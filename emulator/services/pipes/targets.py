"""What each kind of target gets: functions and state machines the whole batch, others one record at a time.

AWS docs, "Amazon EventBridge Pipes targets" and "batching and concurrency".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core import jsontext
from emulator.core.arns import Arn
from emulator.core.courier import Delivery, FunctionResult
from emulator.services.pipes.pipe import Pipe
from emulator.services.pipes.record import Record
from emulator.wire.timetext import read_time

SUCCEEDED = "SUCCEEDED"
FIRE_AND_FORGET = "FIRE_AND_FORGET"
WHOLE = {"lambda": "LambdaFunctionParameters", "states": "StepFunctionStateMachineParameters"}
"""Targets that get the batch as one array, and where their parameters stand."""
SINGLE = {
    "sqs": "SqsQueueParameters",
    "sns": "",
    "events": "EventBridgeEventBusParameters",
    "ecs": "EcsTaskParameters",
    "logs": "CloudWatchLogsParameters",
}
"""Targets that get one record after the other."""


class StepFailedError(Exception):
    """The enrichment or the target did not do its work; ``code`` as in dead letters, ``message`` as it said."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def is_synchronous(pipe: Pipe) -> bool:
    """Whether the pipe waits for what its function or state machine answers."""
    block = WHOLE.get(Arn.parse(pipe.target).service, "")
    given = pipe.parameters("TargetParameters").get(block) or {}
    return bool(block) and given.get("InvocationType") != FIRE_AND_FORGET


def parameters_of(pipe: Pipe, record: Record) -> dict[str, Any]:
    """What the courier's adapter needs for one record, beside the payload.  Raises StepFailedError."""
    service = Arn.parse(pipe.target).service
    given: Mapping[str, Any] = record.filled(pipe.parameters("TargetParameters").get(SINGLE[service]) or {})
    if service == "ecs":
        return {**given, "StartedBy": f"pipe/{pipe.name}"}
    if service == "events":
        return _of_event(pipe, given)
    if service == "logs" and given.get("Timestamp"):
        return {**given, "Time": _instant(given["Timestamp"], milliseconds=True)}
    return dict(given)


def _of_event(pipe: Pipe, given: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope; its defaults are from memory of AWS's."""
    envelope = {
        "Source": given.get("Source") or f"Pipe {pipe.name}",
        "DetailType": given.get("DetailType") or f"Event from aws:{Arn.parse(pipe.source).service}",
        "Resources": given.get("Resources") or [],
    }
    if given.get("Time"):
        envelope["Time"] = _instant(given["Time"])
    return envelope


def _instant(text: str, milliseconds: bool = False) -> float:
    try:
        return int(text) / 1000 if milliseconds else read_time(text)
    except ValueError:
        raise StepFailedError("INVALID_PARAMETER", f"{text!r} is not a time.") from None


def answer_of(delivery: Delivery) -> str:
    """The JSON text that a synchronous step answered.  Raises StepFailedError."""
    if not delivery.ok:
        raise StepFailedError(delivery.code, delivery.message)
    result = delivery.result
    if isinstance(result, FunctionResult):
        text = result.payload.decode("utf-8", "replace")
        if result.function_error is not None:
            raise StepFailedError("ERROR_FROM_TARGET", _short(text))
        return text
    if result["status"] != SUCCEEDED:
        raise StepFailedError("ERROR_FROM_TARGET", f"{result['status']}: {result['error']}: {result['cause']}")
    return result["output"] or "null"


def _short(failure: str) -> str:
    """What a function's error says, without its stack trace."""
    try:
        told = jsontext.parse(failure)
    except ValueError:
        return failure
    return f"{told.get('errorType')}: {told.get('errorMessage')}" if isinstance(told, dict) else failure


def failures_in(answer: str) -> list[Any]:
    """``batchItemFailures`` of an answer, as they came; none in whatever has no such list."""
    try:
        value = jsontext.parse(answer)
    except ValueError:
        return []
    listed = value.get("batchItemFailures") if isinstance(value, dict) else None
    return listed if isinstance(listed, list) else []
