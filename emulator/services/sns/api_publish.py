"""Publish, PublishBatch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.sns.addresses import find_topic, read_arn
from emulator.services.sns.draft import MAX_SIZE, check_fifo, read_draft, size_of
from emulator.services.sns.endpoints import is_phone_number
from emulator.services.sns.errors import invalid, missing
from emulator.services.sns.publishing import publish as publish_to
from emulator.services.sns.publishing import send_sms

_CLIENT = "sdk"
TRACE_HEADER = "x-amzn-trace-id"
MOST_ENTRIES = 10
LONGEST_ID = 80
_PLACES = ("TopicArn", "TargetArn", "PhoneNumber")


def publish(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Returns before anything is delivered."""
    given = [name for name in _PLACES if params.get(name) is not None]
    if not given:
        raise invalid("TopicArn or TargetArn Reason: no value for required parameter")  # unverified
    if len(given) > 1:
        raise invalid(f"{given[1]} Reason: only one of {', '.join(_PLACES)} may be given")  # unverified
    draft = read_draft(params, "", call.settings.enforce_quotas, call.headers.get(TRACE_HEADER))
    name, place = given[0], params[given[0]]
    if name == "PhoneNumber":
        if not is_phone_number(place):
            raise invalid(f"PhoneNumber Reason: {place} is not valid to publish to")
        return send_sms(call.ground, place, draft, _CLIENT, call.cause)
    if name == "TargetArn" and read_arn(name, place).resource.startswith("endpoint/"):
        raise invalid("TargetArn Reason: No endpoint found for the target arn specified")
    return publish_to(call.ground, find_topic(call, place, name), draft, _CLIENT, call.cause)


def publish_batch(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Up to ten messages; what is wrong with one of them fails them all (recorded from AWS)."""
    entries = params.get("PublishBatchRequestEntries")
    if entries is None:
        raise missing("publishBatchRequestEntries")
    topic = find_topic(call, params.get("TopicArn"))
    _check_batch(entries, call.settings.enforce_quotas)
    trace = call.headers.get(TRACE_HEADER)
    drafts = []
    for number, entry in enumerate(entries, 1):
        path = f"publishBatchRequestEntries.{number}.member."
        draft = read_draft(entry, path, call.settings.enforce_quotas, trace)
        check_fifo(draft, topic.fifo, topic.content_based)
        drafts.append((entry["Id"], draft))
    done = [{"Id": name, **publish_to(call.ground, topic, draft, _CLIENT, call.cause)} for name, draft in drafts]
    return {"Successful": done, "Failed": []}


def _check_batch(entries: Sequence[Mapping[str, Any]], limits: bool) -> None:
    if not entries:
        raise AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > MOST_ENTRIES:
        text = "The batch request contains more entries than permissible."
        raise AwsError("TooManyEntriesInBatchRequest", text)
    for number, entry in enumerate(entries, 1):
        _check_id(entry.get("Id"), number)
    if len({entry["Id"] for entry in entries}) < len(entries):
        text = "Two or more batch entries in the request have the same Id."
        raise AwsError("BatchEntryIdsNotDistinct", text)
    size = sum(size_of(entry.get("Message") or "", entry.get("MessageAttributes") or {}) for entry in entries)
    if limits and size > MAX_SIZE:
        text = "The length of all the messages put together is more than the limit."
        raise AwsError("BatchRequestTooLong", text)


def _check_id(name: str | None, number: int) -> None:
    if name is None:
        raise missing(f"publishBatchRequestEntries.{number}.member.id")
    if len(name) > LONGEST_ID:
        text = f"The Id of a batch entry in the batch request is too long: {name}"
        raise AwsError("InvalidBatchEntryId", text)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        text = f"The Id of a batch entry in the batch request contains an impermissible character: {name}"
        raise AwsError("InvalidBatchEntryId", text)
