"""A message of a queue as functions and pipes get it (recorded from AWS, key order included)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

_ATTRIBUTES = (
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "SentTimestamp",
    "SequenceNumber",
    "MessageGroupId",
    "SenderId",
    "MessageDeduplicationId",
    "DeadLetterQueueSourceArn",
    "ApproximateFirstReceiveTimestamp",
)


def queue_record(message: Mapping[str, Any], queue_arn: str, window: int) -> dict[str, Any]:
    """The record of a message in ReceiveMessage's shape."""
    attributes = message.get("Attributes", {})
    result: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {name: attributes[name] for name in _ATTRIBUTES if name in attributes},
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
    }
    if "MD5OfMessageAttributes" in message:
        result["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    elif window:
        result["md5OfMessageAttributes"] = None  # inferred from recordings
    return result | {
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if value.get("StringValue") is not None:
        shown["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        binary = value["BinaryValue"]
        shown["binaryValue"] = base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
    return shown | {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
