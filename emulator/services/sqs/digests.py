"""The MD5 digests that SDKs check, and the size of a message (developer guide, "Message metadata")."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

AttributeMap = Mapping[str, Mapping[str, Any]]
"""``{name: {"DataType": str, "StringValue": str | "BinaryValue": bytes}}``"""


def utf8(text: str) -> bytes:
    """UTF-8, lone surrogates included: they are refused later, by a check of their own."""
    return text.encode("utf-8", "surrogatepass")


def value_bytes(attribute: Mapping[str, Any]) -> bytes:
    binary = attribute.get("BinaryValue")
    return bytes(binary) if binary is not None else utf8(attribute.get("StringValue") or "")


def md5_of_body(body: str) -> str:
    return hashlib.md5(utf8(body), usedforsecurity=False).hexdigest()


def md5_of_attributes(attributes: AttributeMap) -> str:
    """Name, type, a byte for the kind of value, value: each with its length, in the order of names."""
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        kind = b"\x02" if attribute["DataType"].startswith("Binary") else b"\x01"
        for part in (utf8(name), utf8(attribute["DataType"])):
            digest.update(len(part).to_bytes(4, "big") + part)
        value = value_bytes(attribute)
        digest.update(kind + len(value).to_bytes(4, "big") + value)
    return digest.hexdigest()


def size_of(body: str, attributes: AttributeMap) -> int:
    """Bytes that count against MaximumMessageSize; system attributes do not."""
    size = len(utf8(body))
    for name, attribute in attributes.items():
        size += len(utf8(name)) + len(utf8(attribute.get("DataType") or "")) + len(value_bytes(attribute))
    return size
