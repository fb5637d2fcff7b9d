"""SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.core.outside import PATIENCE
from emulator.core.timers import TimerKind
from emulator.services.sqs.address import find
from emulator.services.sqs.errors import invalid_value, missing
from emulator.services.sqs.message import Message
from emulator.services.sqs.queue import MAX_VISIBILITY, Queue
from emulator.services.sqs.received import describe
from emulator.services.sqs.sending import read_draft

_CLIENT = "sdk"
TRACE_HEADER = "x-amzn-trace-id"


def send_message(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    draft = read_draft(params, queue.rules(), call.headers.get(TRACE_HEADER))
    return queue.send(draft, _CLIENT, call.account, call.cause)


async def receive_message(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Answers as soon as there is something.  Taking is synchronous: a client that leaves meanwhile loses nothing."""
    queue = find(call, params.get("QueueUrl"))
    limit = _in_range(params, "MaxNumberOfMessages", 1, 1, 10, "Must be between 1 and 10, if provided.")
    wait = _in_range(params, "WaitTimeSeconds", queue.wait_time, 0, 20, "Must be >= 0 and <= 20, if provided.")
    reason = f"Must be >= 0 and <= {MAX_VISIBILITY}, if provided."
    visibility = _in_range(params, "VisibilityTimeout", int(queue.visibility_timeout), 0, MAX_VISIBILITY, reason)
    explicit = params.get("VisibilityTimeout") is not None
    until, waiting = call.clock.now() + wait, wait > 0
    while True:
        taken = queue.receive(limit, visibility if explicit else None, TimerKind.OUTSIDE, _CLIENT)
        if taken and call.from_outside:
            call.clock.contact(PATIENCE)
        if taken or not waiting or not queue.exists:
            return _answer(call, params, queue, taken)
        left = max(0.0, until - call.clock.now())
        waiting = await call.clock.wait(queue.waiters, left, TimerKind.OWED, f"long poll of queue {queue.name}")


def _in_range(params: dict[str, Any], name: str, default: int, low: int, high: int, reason: str) -> int:
    value = params.get(name)
    if value is None:
        return default
    if not low <= value <= high:
        raise invalid_value(name, value, reason)
    return int(value)


def _answer(call: Call, params: dict[str, Any], queue: Queue, taken: list[Message]) -> dict[str, Any]:
    old, new = params.get("AttributeNames"), params.get("MessageSystemAttributeNames")
    # With both lists JSON follows the new one and Query the old one (recorded from AWS).
    query = bool(call.headers) and "x-amz-target" not in call.headers
    system = (old or new if query else new or old) or ()
    names = params.get("MessageAttributeNames") or ()
    shown = [describe(message, queue.handle_of(message), system, names) for message in taken]
    return {"Messages": shown} if shown else {}


def delete_message(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    queue.delete(required(params, "ReceiptHandle"), _CLIENT)
    return {}


def change_message_visibility(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    handle, seconds = required(params, "ReceiptHandle"), params.get("VisibilityTimeout")
    if seconds is None:
        raise missing("VisibilityTimeout")
    queue.change_visibility(handle, seconds)
    return {}


def required(params: dict[str, Any], name: str) -> Any:
    """A member that must be there and not empty; MissingParameter otherwise."""
    value = params.get(name)
    if not value:
        raise missing(name)
    return value
