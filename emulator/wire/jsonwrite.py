"""Results to JSON answers, compiled from shapes into closures once per service."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Any

from emulator.core.jsontext import compact
from emulator.wire.jsonread import in_body
from emulator.wire.timetext import write_time

Writer = Callable[[Any], Any]


def dump(value: Any) -> bytes:
    """``value`` as compact UTF-8 JSON; half characters, which UTF-8 cannot hold, become ``?`` as in Java."""
    return compact(value).encode("utf-8", "replace")


def body_writer(shape: Any, memo: dict[str, Writer | None]) -> Writer | None:
    """The writer of ``shape``; ``None`` where a value goes out as it is."""
    kind = shape.type_name
    if kind == "structure":
        return None if shape.is_document_type else _structure_writer(shape, memo)
    if kind == "list":
        return _list_writer(body_writer(shape.member, memo))
    if kind == "map":
        return _map_writer(body_writer(shape.value, memo))
    if kind == "blob":
        return encode_blob
    if kind == "timestamp":
        form = str(shape.serialization.get("timestampFormat", "unixTimestamp")).lower()
        return lambda value: write_time(value, form)
    if kind in ("float", "double"):
        return _decimal
    return None


def encode_blob(value: bytes | str) -> str:
    """Base64; a text counts as its UTF-8 bytes."""
    raw = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return base64.b64encode(raw).decode("ascii")


def _decimal(value: float) -> float | str:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _structure_writer(shape: Any, memo: dict[str, Writer | None]) -> Writer:
    known = memo.get(shape.name)
    if known is not None:
        return known
    fields: dict[str, tuple[str, Writer | None]] = {}

    def write(value: Any) -> Any:
        result: dict[str, Any] = {}
        for name, item in value.items():
            field = fields.get(name)
            # A member that the model does not know is an error of ours: check_output reports it in tests.
            if item is None or field is None:
                continue
            wire_name, write_member = field
            result[wire_name] = item if write_member is None else write_member(item)
        return result

    memo[shape.name] = write
    for name, member in shape.members.items():
        if in_body(member):
            fields[name] = (member.serialization.get("name", name), body_writer(member, memo))
    return write


def _list_writer(write_item: Writer | None) -> Writer:
    if write_item is None:
        return list
    return lambda value: [None if item is None else write_item(item) for item in value]


def _map_writer(write_item: Writer | None) -> Writer:
    if write_item is None:
        return dict
    return lambda value: {key: None if item is None else write_item(item) for key, item in value.items()}
