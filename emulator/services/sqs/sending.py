"""The checks of SendMessage, in AWS's order, as pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from emulator.core.errors import AwsError
from emulator.services.sqs.deduplication import content_hash
from emulator.services.sqs.digests import AttributeMap, size_of, utf8
from emulator.services.sqs.errors import invalid, invalid_value, missing
from emulator.services.sqs.message import Draft

MAX_ATTRIBUTES = 10
_BAD_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IDENTIFIER = re.compile(r"[0-9A-Za-z!-/:-@\[-`{-~]{1,128}")
_ATTRIBUTE_NAME = re.compile(r"[\w\-.]+")
_INVALID_CHARACTERS = (
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | "
    "#x10000 to #x10FFFF"
)
_RESERVED_NAME = (
    "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal "
    "use. Additionally, they cannot start or end with '.'."
)
NO_DEDUPLICATION = (
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
)
_DELAY_ON_FIFO = "The request include parameter that is not valid for this queue type."  # the typo is AWS's


class Rules(NamedTuple):
    """What a queue demands of a message.  ``limits`` False relaxes sizes and counts; ``in_batch`` picks AWS's texts."""

    fifo: bool = False
    content_based: bool = False
    max_size: int = 1_048_576
    limits: bool = True
    in_batch: bool = False


def read_draft(params: Mapping[str, Any], rules: Rules, trace_header: str | None = None) -> Draft:
    """Check SendMessage's members (or a batch entry's) and return what is to be stored.

    ``trace_header`` is the request's ``X-Amzn-Trace-Id``; the system attribute wins over it.  Raises AwsError with
    AWS's texts: body, size, characters, attributes, ids, delay, queue type.
    """
    body = params.get("MessageBody") or ""
    attributes = params.get("MessageAttributes") or {}
    system = params.get("MessageSystemAttributes") or {}
    if not body:
        raise missing("MessageBody")
    _check_size(body, attributes, rules)
    if _BAD_CHARACTER.search(body):
        raise AwsError("InvalidMessageContents", _INVALID_CHARACTERS)
    check_attributes(attributes, rules.limits)
    _check_system_attributes(system)
    group, deduplication = params.get("MessageGroupId"), params.get("MessageDeduplicationId")
    _check_identifier("MessageGroupId", group)
    _check_identifier("MessageDeduplicationId", deduplication)
    delay = params.get("DelaySeconds")
    _check_delay(delay, rules.fifo)
    if "AWSTraceHeader" in system:
        trace_header = system["AWSTraceHeader"]["StringValue"]
    deduplication = _deduplication_id(body, group, deduplication, rules)
    return Draft(body, attributes, system, trace_header, group, deduplication, None if rules.fifo else delay)


def _check_size(body: str, attributes: AttributeMap, rules: Rules) -> None:
    if rules.limits and size_of(body, attributes) > rules.max_size:
        lead = "cannot be validated" if rules.in_batch else "are invalid"
        raise invalid(f"One or more parameters {lead}. Reason: Message must be shorter than {rules.max_size} bytes.")


def check_attributes(attributes: AttributeMap, limits: bool = True) -> None:
    """Message attributes: names, types, values."""
    if limits and len(attributes) > MAX_ATTRIBUTES:
        count = f"Number of message attributes [{len(attributes)}]"
        raise invalid(f"{count} exceeds the allowed maximum [{MAX_ATTRIBUTES}].")
    for name, attribute in attributes.items():
        _check_name(name)
        _check_value("user", name, attribute)


def _check_name(name: str) -> None:
    if len(utf8(name)) > 256:
        raise invalid("Message (user) attribute names must be shorter than 256 Bytes")
    if name.lower().startswith(("aws.", "amazon.")) or name.startswith(".") or name.endswith("."):
        raise invalid(_RESERVED_NAME)
    if not _ATTRIBUTE_NAME.fullmatch(name):
        raise invalid(
            f"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, "
            "underscore (_), hyphen (-), and period (.) characters."
        )


def _check_value(kind: str, name: str, attribute: Mapping[str, Any]) -> None:
    if attribute.get("StringListValues") or attribute.get("BinaryListValues"):
        raise AwsError(
            "UnsupportedOperation", "Message attribute list values in SendMessage operation are not supported."
        )
    data_type = attribute.get("DataType") or ""
    base = data_type.split(".", 1)[0]
    if base not in ("String", "Number", "Binary"):
        raise invalid(
            f"The type of message ({kind}) attribute '{name}' is invalid. You must use only the following supported "
            "type prefixes: Binary, Number, String."
        )
    if len(utf8(data_type)) > 256:
        raise invalid(f"The type of message ({kind}) attribute '{name}' must be shorter than 256 Bytes")
    value = attribute.get("BinaryValue" if base == "Binary" else "StringValue")
    if not value:
        raise invalid(f"Message ({kind}) attribute '{name}' must contain a non-empty value of type '{base}'.")
    if base != "Binary" and _BAD_CHARACTER.search(value):
        raise invalid(_INVALID_CHARACTERS)


def _check_system_attributes(system: AttributeMap) -> None:
    for name, attribute in system.items():
        if name != "AWSTraceHeader":
            raise invalid(f"Message system attribute name '{name}' is invalid. Only AWSTraceHeader may be sent.")
        _check_value("system", name, attribute)
        if attribute["DataType"] != "String":
            raise invalid("The type of message (system) attribute 'AWSTraceHeader' must be 'String'.")


def _check_identifier(name: str, value: str | None) -> None:
    if value is not None and not _IDENTIFIER.fullmatch(value):
        reason = f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
        raise invalid_value(name, value, reason)


def _check_delay(delay: int | None, fifo: bool) -> None:
    if delay is None:
        return
    if not 0 <= delay <= 900:
        raise invalid_value("DelaySeconds", delay, "DelaySeconds must be >= 0 and <= 900.")
    if fifo and delay > 0:
        raise invalid_value("DelaySeconds", delay, _DELAY_ON_FIFO)


def _deduplication_id(body: str, group: str | None, explicit: str | None, rules: Rules) -> str | None:
    if not rules.fifo:
        if explicit is not None:
            reason = "The request includes a parameter that is not valid for this queue type."
            raise invalid_value("MessageDeduplicationId", explicit, reason)
        return None
    if group is None:
        raise missing("MessageGroupId")
    if explicit is None and not rules.content_based:
        raise invalid(NO_DEDUPLICATION)
    return explicit if explicit is not None else content_hash(body)
