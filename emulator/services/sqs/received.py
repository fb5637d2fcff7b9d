"""A received message in AWS's shape, with the attributes that were asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from emulator.core.timestamps import milliseconds
from emulator.services.sqs.digests import md5_of_attributes, md5_of_body
from emulator.services.sqs.message import Message

ALL = ("All",)


def matches(name: str, wanted: Collection[str]) -> bool:
    """Whether an attribute is asked for: by name, ``All``, ``*``, ``.*``, or a prefix such as ``Hel.*``."""
    return any(ask in (name, "All", "*", ".*") or (ask.endswith(".*") and name.startswith(ask[:-2])) for ask in wanted)


def system_attributes(message: Message) -> dict[str, str]:
    """Everything that SQS knows about a message, all as strings, instants in milliseconds."""
    draft = message.draft
    found = {
        "SenderId": message.sender,
        "SentTimestamp": str(milliseconds(message.sent)),
        "ApproximateReceiveCount": str(message.receives),
    }
    if message.first_received is not None:
        found["ApproximateFirstReceiveTimestamp"] = str(milliseconds(message.first_received))
    optional = {
        "SequenceNumber": None if message.sequence is None else str(message.sequence),
        "MessageDeduplicationId": draft.deduplication,
        "MessageGroupId": draft.group,
        "AWSTraceHeader": draft.trace_header,
        "DeadLetterQueueSourceArn": message.dead_letter_source,
    }
    found.update({name: value for name, value in optional.items() if value is not None})
    return found


def describe(
    message: Message, handle: str, system_names: Collection[str] = ALL, names: Collection[str] = ALL
) -> dict[str, Any]:
    """One element of ReceiveMessage's ``Messages``."""
    shown: dict[str, Any] = {
        "MessageId": message.id,
        "ReceiptHandle": handle,
        "MD5OfBody": md5_of_body(message.body),
        "Body": message.body,
    }
    if system_names:
        system = system_attributes(message)
        if "All" not in system_names:
            system = {name: value for name, value in system.items() if name in system_names}
        if system:
            shown["Attributes"] = system
    attributes = _chosen(message.draft.attributes, names)
    if attributes:
        shown["MD5OfMessageAttributes"] = md5_of_attributes(attributes)
        shown["MessageAttributes"] = attributes
    return shown


def _chosen(attributes: Mapping[str, Mapping[str, Any]], names: Collection[str]) -> dict[str, dict[str, Any]]:
    return {name: dict(value) for name, value in attributes.items() if matches(name, names)} if names else {}
