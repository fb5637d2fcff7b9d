"""Attributes of topics: which may be set, and to what.  Names outside are refused (recorded from AWS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core import jsontext
from emulator.core.jsontext import compact
from emulator.services.sns.delivery_policy import NOTHING, DeliveryPolicy, read_policy
from emulator.services.sns.errors import invalid, not_emulated

_FEEDBACK_PROTOCOLS = ("Application", "Firehose", "HTTP", "Lambda", "SQS")
_FEEDBACK = frozenset(
    f"{protocol}{name}"
    for protocol in _FEEDBACK_PROTOCOLS
    for name in ("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate")
)
_PLAIN = frozenset({"KmsMasterKeyId", *_FEEDBACK})
_WORDS: Mapping[str, tuple[str, ...]] = {
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
}
_FIFO_WORDS: Mapping[str, tuple[str, ...]] = {
    "ContentBasedDeduplication": ("true", "false"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
}
_ACTIONS = (
    "GetTopicAttributes SetTopicAttributes AddPermission RemovePermission DeleteTopic Subscribe "
    "ListSubscriptionsByTopic Publish"
).split()


def check(name: str, value: str, fifo: bool, prefix: str = "", unknown: str = "AttributeName") -> str:
    """The value to store; raises InvalidParameter.  ``prefix`` stands before AWS's reason."""
    if name in ("ArchivePolicy", "ReplayPolicy"):
        raise not_emulated(f"{name} (message archiving and replay)")
    words = _WORDS.get(name) or (_FIFO_WORDS.get(name) if fifo else None)
    if words is not None:
        chosen = {word.lower(): word for word in words}.get(value.lower())
        if chosen is None:
            raise invalid(f"{prefix}{name}: Invalid value [{value}]. Must be {' or '.join(words)}.")
        return chosen
    if name == "DisplayName" and len(value) > 100:
        raise invalid(f"{prefix}DisplayName")
    if name == "DeliveryPolicy" and value:
        read_policy(value, topic=True, prefix=prefix)
    elif name == "Policy":
        _check_policy(value, prefix)
    elif name not in _PLAIN and name not in ("DisplayName", "DeliveryPolicy"):
        raise invalid(prefix + unknown)
    return value


def _check_policy(text: str, prefix: str) -> None:
    try:
        document = jsontext.parse(text) if text else {}
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise invalid(f"{prefix}Policy Error: null")


def delivery_policy(attributes: Mapping[str, str]) -> DeliveryPolicy:
    text = attributes.get("DeliveryPolicy")
    return read_policy(text, topic=True) if text else NOTHING


def default_policy(arn: str, account: str) -> str:
    """The Policy of a fresh topic (recorded from AWS)."""
    statement: dict[str, Any] = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _ACTIONS],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }
    return compact({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})
