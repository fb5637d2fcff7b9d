"""Query parameters (``Tag.1.Key=a&Tag.1.Value=b``) to plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from emulator.wire.models import operation_model
from emulator.wire.querynames import list_name, map_names, member_name
from emulator.wire.scalars import FROM_TEXT, malformed


@dataclass(slots=True)
class Fields:
    """The parameters as a tree, one level a dot."""

    text: str | None = None
    inner: dict[str, Fields] = field(default_factory=dict)

    def at(self, *names: str | None) -> Fields | None:
        """The node below, ``None`` names being skipped."""
        node: Fields | None = self
        for name in names:
            if name is not None and node is not None:
                node = node.inner.get(name)
        return node

    def numbered(self) -> list[Fields]:
        """The nodes ``1``, ``2``, … in order; gaps do not matter."""
        numbers = [name for name in self.inner if name.isascii() and name.isdigit() and len(name) < 10]
        return [self.inner[name] for name in sorted(numbers, key=int)]


def fields_of(encoded: str) -> Fields:
    """A form or query string as a tree.  The first of several equal names counts."""
    root = Fields()
    for name, text in parse_qsl(encoded, keep_blank_values=True):
        node = root
        for part in name.split("."):
            node = node.inner.setdefault(part, Fields())
        if node.text is None:
            node.text = text
    return root


# Reads a member out of its parent's node; None where nothing was given.
FieldReader = Callable[[Fields], Any]


@cache
def _memo(service: str) -> dict[str, FieldReader]:
    return {}


@cache
def input_reader(service: str, operation: str) -> FieldReader | None:
    """The reader of an operation's parameters from the root of the tree; ``None`` if it has none."""
    shape = operation_model(service, operation).input_shape
    return None if shape is None else _structure(service, shape)


def _member(service: str, name: str, shape: Any) -> FieldReader:
    """The reader of a member called ``name`` on the wire."""
    kind = shape.type_name
    if kind == "list":
        return _list(service, name, shape)
    if kind == "map":
        return _map(service, name, shape)
    read = _value(service, shape)

    def read_member(parent: Fields) -> Any:
        node = parent.inner.get(name)
        return None if node is None else read(node)

    return read_member


def _value(service: str, shape: Any) -> FieldReader:
    """The reader of a value that stands at its own node (an item, a key, a scalar, a structure)."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(service, shape)
    if kind in ("list", "map"):
        # A collection inside a collection: its own name is not repeated.
        read_nested = (_list if kind == "list" else _map)(service, "", shape)
        return lambda node: read_nested(Fields(inner={"": node}))
    read = FROM_TEXT[kind]
    return lambda node: None if node.text is None else read(node.text)


def _structure(service: str, shape: Any) -> FieldReader:
    memo = _memo(service)
    known = memo.get(shape.name)
    if known is not None:
        return known
    readers: list[tuple[str, FieldReader]] = []

    def read(node: Fields) -> Any:
        result = {}
        for name, read_member in readers:
            value = read_member(node)
            if value is not None:
                result[name] = value
        return result

    memo[shape.name] = read
    readers += [(name, _member(service, member_name(name, member), member)) for name, member in shape.members.items()]
    return read


def _list(service: str, prefix: str, shape: Any) -> FieldReader:
    name, items = list_name(service, prefix, shape)
    read_item = _value(service, shape.member)

    def read(parent: Fields) -> Any:
        node = parent.at(name)
        if node is None:
            return None
        level = node.at(items)
        found = [] if level is None else [read_item(item) for item in level.numbered()]
        # An empty list is written as an empty text.
        return found if found or node.text == "" else None

    return read


def _map(service: str, prefix: str, shape: Any) -> FieldReader:
    name, entries, key_name, value_name = map_names(service, prefix, shape)
    read_value = _value(service, shape.value)

    def read(parent: Fields) -> Any:
        node = parent.at(name, entries)
        if node is None:
            return None
        result = {}
        for entry in node.numbered():
            key, value = entry.at(key_name), entry.at(value_name)
            if key is None or key.text is None or value is None:
                raise malformed(f"{name} has an entry without {value_name if value is None else key_name}")
            result[key.text] = read_value(value)
        return result or None

    return read
