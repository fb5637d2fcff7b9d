"""Queue attributes: defaults, ranges, what may be set on which kind of queue.  All values are strings."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.core import jsontext
from emulator.core.errors import AwsError
from emulator.services.sqs.redrive import check_allow_policy, read_redrive_policy

RANGES = {
    "VisibilityTimeout": (0, 43_200),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "DelaySeconds": (0, 900),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
DEFAULTS = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
}
FIFO_DEFAULTS = {
    "FifoQueue": "true",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}
CHOICES = {
    "SqsManagedSseEnabled": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
DOCUMENTS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
COMPUTED = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
)
_SETTABLE = frozenset([*RANGES, *CHOICES, *DOCUMENTS, "KmsMasterKeyId", "FifoQueue"])
KNOWN = _SETTABLE | frozenset(COMPUTED)
_BOOLEANS = ("SqsManagedSseEnabled", "ContentBasedDeduplication", "FifoQueue")

Changes = dict[str, str | None]
"""Attributes to set; None removes one."""


def unknown(name: str) -> AwsError:
    return AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")


def _bad_value(name: str) -> AwsError:
    return AwsError("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


def wants_fifo(attributes: Mapping[str, str]) -> bool:
    return (attributes.get("FifoQueue") or "").lower() == "true"


def read_changes(attributes: Mapping[str, str], fifo: bool) -> Changes:
    """Check what CreateQueue or SetQueueAttributes was given and bring it into the stored form."""
    changes: Changes = {}
    for name, value in attributes.items():
        if value is None:  # JSON's null: as if it were not there
            continue
        _check_name(name, fifo)
        changes[name] = _stored(name, value)
    _check_encryption(changes)
    return changes


def _check_name(name: str, fifo: bool) -> None:
    if name not in _SETTABLE:
        raise unknown(name)
    if fifo:
        return
    if name in ("DeduplicationScope", "FifoThroughputLimit"):
        text = f"You can specify the {name} only when FifoQueue is set to true."
        raise AwsError("InvalidAttributeName", text)
    if name in ("FifoQueue", "ContentBasedDeduplication"):
        raise unknown(name)


def _stored(name: str, value: str) -> str | None:
    if name in _BOOLEANS:
        value = value.lower()
    if name == "FifoQueue":
        if value != "true":
            text = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
            raise AwsError("InvalidAttributeValue", text)
    elif name in RANGES:
        value = _number(name, value)
        if name == "KmsDataKeyReusePeriodSeconds" and value == "300":
            return None
    elif name in CHOICES:
        if value not in CHOICES[name]:
            raise _bad_value(name)
    elif value == "":
        return None
    elif name in DOCUMENTS:
        _check_document(name, value)
    return value


def _number(name: str, value: str) -> str:
    low, high = RANGES[name]
    if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
        raise _bad_value(name)
    return str(int(value))


def _check_document(name: str, value: str) -> None:
    if name == "RedrivePolicy":
        read_redrive_policy(value)
    elif name == "RedriveAllowPolicy":
        check_allow_policy(value)
    else:
        try:
            document = jsontext.parse(value)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise _bad_value(name)


def _check_encryption(changes: Changes) -> None:
    if changes.get("KmsMasterKeyId") and changes.get("SqsManagedSseEnabled") == "true":
        text = (
            "You can use one type of server-side encryption (SSE) at one time. "
            "You can either enable KMS SSE or SQS SSE."
        )
        raise AwsError("InvalidAttributeName", text)


def apply(current: Mapping[str, str], changes: Changes) -> dict[str, str]:
    """The attributes after ``changes``; the two kinds of encryption exclude each other."""
    merged: dict[str, str | None] = {**current, **changes}
    if changes.get("KmsMasterKeyId"):
        merged["SqsManagedSseEnabled"] = "false"
    elif changes.get("SqsManagedSseEnabled") == "true":
        merged["KmsMasterKeyId"] = None
    per_group = merged.get("FifoThroughputLimit") == "perMessageGroupId"
    if per_group and merged.get("DeduplicationScope") != "messageGroup":
        text = "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup."
        raise AwsError("InvalidAttributeValue", text)
    return {name: value for name, value in merged.items() if value is not None}


def first_difference(current: Mapping[str, str], asked: Changes) -> str | None:
    """The first attribute of a CreateQueue request that an existing queue has with another value."""
    for name, value in asked.items():
        have = current.get(name)
        same = _same_document(name, have, value) if name in DOCUMENTS and have and value else have == value
        if not same:
            return name
    return None


def _same_document(name: str, have: str, value: str) -> bool:
    if name == "RedrivePolicy":
        return read_redrive_policy(have) == read_redrive_policy(value)
    return bool(jsontext.parse(have) == jsontext.parse(value))
