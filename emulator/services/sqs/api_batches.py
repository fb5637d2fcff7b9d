"""SendMessageBatch, DeleteMessageBatch, ChangeMessageVisibilityBatch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.sqs.address import find
from emulator.services.sqs.api_messages import TRACE_HEADER, required
from emulator.services.sqs.digests import size_of
from emulator.services.sqs.errors import invalid, missing, old_code
from emulator.services.sqs.queue import Queue
from emulator.services.sqs.sending import NO_DEDUPLICATION, read_draft

MAX_ENTRIES = 10
MAX_BYTES = 1_048_576
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_BAD_ID = (
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long."
)

Entry = dict[str, Any]


def send_message_batch(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    limits = call.settings.enforce_quotas
    entries = check_entries("SendMessageBatch", params.get("Entries"), limits)
    if limits:
        _check_total(entries)
    if queue.fifo:
        _check_fifo(queue, entries)
    rules = queue.rules(in_batch=True)
    header = call.headers.get(TRACE_HEADER)

    def send(entry: Entry) -> dict[str, Any]:
        return queue.send(read_draft(entry, rules, header), "sdk", call.account, call.cause)

    return _each(entries, send)


def delete_message_batch(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    entries = check_entries("DeleteMessageBatch", params.get("Entries"), call.settings.enforce_quotas)
    return _each(entries, lambda entry: queue.delete(required(entry, "ReceiptHandle")))


def change_message_visibility_batch(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    entries = check_entries("ChangeMessageVisibilityBatch", params.get("Entries"), call.settings.enforce_quotas)

    def change(entry: Entry) -> None:
        handle, seconds = required(entry, "ReceiptHandle"), entry.get("VisibilityTimeout")
        if seconds is None:
            raise missing("VisibilityTimeout")
        queue.change_visibility(handle, seconds)

    return _each(entries, change)


def check_entries(action: str, entries: list[Entry] | None, limits: bool = True) -> list[Entry]:
    """The errors of a whole batch request, in AWS's order."""
    if not entries:
        text = f"There should be at least one {action}RequestEntry in the request."
        raise AwsError("EmptyBatchRequest", text)
    if limits and len(entries) > MAX_ENTRIES:
        text = f"Maximum number of entries per request are {MAX_ENTRIES}. You have sent {len(entries)}."
        raise AwsError("TooManyEntriesInBatchRequest", text)
    seen: set[str] = set()
    for entry in entries:
        if not _ID.fullmatch(entry.get("Id") or ""):
            raise AwsError("InvalidBatchEntryId", _BAD_ID)
    for entry in entries:
        if entry["Id"] in seen:
            raise AwsError("BatchEntryIdsNotDistinct", f"Id {entry['Id']} repeated.")
        seen.add(entry["Id"])
    return entries


def _check_total(entries: list[Entry]) -> None:
    total = sum(size_of(entry.get("MessageBody") or "", entry.get("MessageAttributes") or {}) for entry in entries)
    if total > MAX_BYTES:
        text = f"Batch requests cannot be longer than {MAX_BYTES} bytes. You have sent {total} bytes."
        raise AwsError("BatchRequestTooLong", text)


def _check_fifo(queue: Queue, entries: list[Entry]) -> None:
    """A FIFO entry without group or deduplication id spoils the whole batch (recorded from AWS)."""
    content_based = queue.rules().content_based
    for entry in entries:
        if entry.get("MessageGroupId") is None:
            raise invalid("The request must contain the parameter MessageGroupId.")
        if entry.get("MessageDeduplicationId") is None and not content_based:
            raise invalid(NO_DEDUPLICATION)


def _each(entries: list[Entry], act: Callable[[Entry], dict[str, Any] | None]) -> dict[str, Any]:
    successful: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            successful.append({"Id": entry["Id"], **(act(entry) or {})})
        except AwsError as error:
            text = error.message or ""
            failed.append({"Id": entry["Id"], "SenderFault": True, "Code": old_code(error), "Message": text})
    answer = {"Successful": successful, "Failed": failed}
    return {name: entries for name, entries in answer.items() if entries}
