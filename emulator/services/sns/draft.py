"""What a publisher asks for, checked: pure functions with AWS's texts (recorded from AWS)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from emulator.core import jsontext
from emulator.services.sns.errors import invalid, invalid_value, missing
from emulator.services.sns.filter_policy import Attributes

MAX_SIZE = 262_144
"""Bytes of a message with its attributes, and of a batch: still 256 KiB."""
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?", re.DOTALL)
_NAME_CHARACTER = re.compile(r"[A-Za-z0-9_.-]")
_STRUCTURE = "Message Structure - "
_BAD_TYPE = "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
_NO_DEDUPLICATION = (
    "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
)
_STANDARD = (
    "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this "
    "topic type"
)


class Draft(NamedTuple):
    """``texts`` are the messages by protocol with ``default``: a plain message is all of them."""

    message: str
    texts: Mapping[str, str]
    subject: str | None
    attributes: Attributes
    group: str | None
    deduplication: str | None
    trace_header: str | None = None

    def text_for(self, protocol: str) -> str:
        return self.texts.get(protocol, self.texts["default"])


def read_draft(
    params: Mapping[str, Any], path: str = "", limits: bool = True, trace_header: str | None = None
) -> Draft:
    """Check Publish's members, or a batch entry's; ``path`` stands before member names in AWS's texts."""
    message, subject = params.get("Message"), params.get("Subject")
    if message is None:
        raise missing(f"{path}message")
    if not message:
        raise invalid("Empty message")
    if subject is not None:
        _check_subject(subject)
    attributes = params.get("MessageAttributes") or {}
    check_attributes(attributes, path)
    if limits and size_of(message, attributes) > MAX_SIZE:
        raise invalid("Message too long")
    texts = _texts(message, params.get("MessageStructure"))
    group, deduplication = params.get("MessageGroupId"), params.get("MessageDeduplicationId")
    return Draft(message, texts, subject, attributes, group, deduplication, trace_header)


def check_fifo(draft: Draft, fifo: bool, content_based: bool) -> None:
    """What the topic's type demands of group and deduplication id."""
    if not fifo:
        if draft.deduplication is not None:
            raise invalid(_STANDARD)
    elif not draft.group:
        raise invalid("The MessageGroupId parameter is required for FIFO topics")
    elif not draft.deduplication and not content_based:
        raise invalid(_NO_DEDUPLICATION)


def size_of(message: str, attributes: Attributes) -> int:
    """UTF-8 bytes of the message, and of names, types and values of its attributes."""
    size = len(_utf8(message))
    for name, given in attributes.items():
        attribute = given or {}
        value = attribute.get("BinaryValue")
        size += len(_utf8(name)) + len(_utf8(attribute.get("DataType") or ""))
        size += len(value) if value is not None else len(_utf8(attribute.get("StringValue") or ""))
    return size


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _check_subject(subject: str) -> None:
    """Up to 100 characters without line breaks and control characters (API reference, Publish)."""
    if not subject or len(subject) > 100 or not subject.isprintable():
        raise invalid("Subject")


def _texts(message: str, structure: str | None) -> Mapping[str, str]:
    if structure is None:
        return {"default": message}
    if structure != "json":
        raise invalid("MessageStructure")  # unverified
    try:
        entries = jsontext.parse(message)
    except ValueError:
        raise invalid(f"{_STRUCTURE}JSON message body failed to parse") from None
    texts = {name: text for name, text in entries.items() if isinstance(text, str)} if type(entries) is dict else {}
    if "default" not in texts:
        raise invalid(f"{_STRUCTURE}No default entry in JSON message body")
    return texts


def check_attributes(attributes: Attributes, path: str = "") -> None:
    """Names, types and values of message attributes; ParameterValueInvalid, or ValidationError without a type."""
    for name, attribute in attributes.items():
        _check_name(name)
        kind = attribute.get("DataType") if attribute else None
        if kind is None:
            raise missing(f"{path}messageAttributes.{name}.member.dataType")
        if not _TYPE.fullmatch(kind):
            raise invalid_value(f"The message attribute '{name}' {_BAD_TYPE}")
        _check_value(name, kind, attribute)


def _check_name(name: str) -> None:
    if len(_utf8(name)) > 256:
        raise invalid_value("Length of message attribute name must be less than 256 bytes.")
    for end, place in ((name[:1], "starting"), (name[-1:], "ending")):
        if end == ".":
            raise invalid_value(f"Invalid message attribute name {place} with character '.' was found.")
    for character in name:
        if not _NAME_CHARACTER.fullmatch(character):
            raise invalid_value(
                f"Invalid non-alphanumeric character '#x{ord(character):X}' was found in the message attribute name. "
                "Can only include alphanumeric characters, hyphens, underscores, or dots."
            )
    if ".." in name:
        raise invalid_value("Message attribute name can not have successive '.' character.")


def _check_value(name: str, kind: str, attribute: Mapping[str, Any]) -> None:
    field = "Binary" if kind.split(".")[0] == "Binary" else "String"
    given = [member for member in ("String", "Binary") if attribute.get(f"{member}Value") is not None]
    if given and field not in given:
        raise invalid_value(f"The message attribute '{name}' with type '{kind}' must use field '{field}'.")
    value = attribute.get(f"{field}Value")
    if not value:
        raise invalid_value(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute "
            f"type '{kind}'."
        )
    if kind.split(".")[0] == "Number" and not _is_number(value):
        raise invalid_value(f"Could not cast message attribute '{name}' value to number.")  # unverified


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", text) is not None
