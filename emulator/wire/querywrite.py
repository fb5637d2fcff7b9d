"""Results to the Query protocol's XML."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from emulator.wire.jsonwrite import encode_blob
from emulator.wire.models import operation_model
from emulator.wire.querynames import list_name, map_names, member_name
from emulator.wire.timetext import write_time

_SPECIAL = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
# A bare carriage return would come back as a line feed (recorded from AWS: it is written as a reference).
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xD;"}


def escape(text: str) -> str:
    """``text`` as XML character data; characters that XML cannot hold become U+FFFD."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), text)


def element(name: str, content: str) -> str:
    """An element around finished XML."""
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


# Takes the value and the parts of the document, which it extends.
ElementWriter = Callable[[Any, list[str]], None]


@cache
def _memo(service: str) -> dict[str, ElementWriter]:
    return {}


@cache
def output_writer(service: str, operation: str) -> tuple[str, ElementWriter] | None:
    """(name of the result's element, writer of its content); ``None`` for an operation without output."""
    shape = operation_model(service, operation).output_shape
    if shape is None:
        return None
    return shape.serialization.get("resultWrapper", f"{operation}Result"), _structure(service, shape)


def _member(service: str, name: str, shape: Any) -> ElementWriter:
    """The writer of a value with the element(s) around it."""
    kind = shape.type_name
    if kind == "list":
        return _list(service, name, shape)
    if kind == "map":
        return _map(service, name, shape)
    return _wrapped(name, _content(service, shape))


def _wrapped(name: str, write: ElementWriter) -> ElementWriter:
    start, end = f"<{name}>", f"</{name}>"

    def write_element(value: Any, parts: list[str]) -> None:
        parts.append(start)
        write(value, parts)
        parts.append(end)

    return write_element


def _content(service: str, shape: Any) -> ElementWriter:
    kind = shape.type_name
    if kind == "structure":
        return _structure(service, shape)
    if kind in ("list", "map"):
        return _member(service, "member", shape)
    to_text = _text_writer(shape)
    return lambda value, parts: parts.append(escape(to_text(value)))


def _text_writer(shape: Any) -> Callable[[Any], str]:
    kind = shape.type_name
    if kind == "timestamp":
        form = str(shape.serialization.get("timestampFormat", "iso8601")).lower()
        return lambda value: str(write_time(value, form))
    if kind == "boolean":
        return lambda value: "true" if value else "false"
    return encode_blob if kind == "blob" else str


def _structure(service: str, shape: Any) -> ElementWriter:
    memo = _memo(service)
    known = memo.get(shape.name)
    if known is not None:
        return known
    writers: list[tuple[str, ElementWriter]] = []

    def write(value: Any, parts: list[str]) -> None:
        for name, write_member in writers:
            item = value.get(name)
            if item is not None:
                write_member(item, parts)

    memo[shape.name] = write
    writers += [(name, _member(service, member_name(name, member), member)) for name, member in shape.members.items()]
    return write


def _list(service: str, prefix: str, shape: Any) -> ElementWriter:
    name, items = list_name(service, prefix, shape)
    write_item = _wrapped(items or name, _content(service, shape.member))

    def write_items(value: Any, parts: list[str]) -> None:
        for item in value:
            if item is not None:
                write_item(item, parts)

    return write_items if items is None else _wrapped(name, write_items)


def _map(service: str, prefix: str, shape: Any) -> ElementWriter:
    name, entries, key_name, value_name = map_names(service, prefix, shape)
    write_value = _wrapped(value_name, _content(service, shape.value))
    entry = entries or name

    def write_entries(value: Any, parts: list[str]) -> None:
        for key, item in value.items():
            parts.append(f"<{entry}><{key_name}>{escape(str(key))}</{key_name}>")
            if item is not None:
                write_value(item, parts)
            parts.append(f"</{entry}>")

    return write_entries if entries is None else _wrapped(name, write_entries)
