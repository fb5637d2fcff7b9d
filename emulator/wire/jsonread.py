"""JSON request bodies to parameters, compiled from shapes into closures once per service."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from emulator.core.jsontext import NestedTooDeeplyError, parse
from emulator.wire.scalars import FROM_JSON, malformed, timestamp, wrong_type

# (value, warnings, place): place is a linked list of keys, (outer place, key), turned into text only for a warning.
Place = tuple[Any, str | int] | None
BodyReader = Callable[[Any, list[str], Place], Any]

_ABSENT = object()


def load_json(body: bytes) -> Any:
    """``body`` as JSON; ``None`` for an empty one.  Raises SerializationException.

    JavaScript's ``NaN`` passes here and is dealt with where the shape is known.
    """
    if not body:
        return None
    try:
        text = body.decode("utf-8")
        return parse(text)
    except NestedTooDeeplyError as deep:
        raise malformed("Request body is nested too deeply") from deep
    except ValueError as bad:
        raise malformed("Request body is not valid JSON") from bad


def in_body(member: Any) -> bool:
    """Whether a member of a top-level structure travels in the body."""
    return member.serialization.get("location") is None


def body_reader(shape: Any, memo: dict[str, BodyReader]) -> BodyReader:
    """The reader of ``shape``; ``memo`` keeps those of structures, which may contain themselves."""
    kind = shape.type_name
    if kind == "structure":
        return _structure_reader(shape, memo)
    if kind == "list":
        return _list_reader(body_reader(shape.member, memo))
    if kind == "map":
        return _map_reader(body_reader(shape.value, memo))
    if kind == "timestamp":
        return _read_timestamp
    read = FROM_JSON[kind]
    return lambda value, warnings, place: read(value)


def _structure_reader(shape: Any, memo: dict[str, BodyReader]) -> BodyReader:
    if shape.is_document_type:
        return lambda value, warnings, place: value
    known = memo.get(shape.name)
    if known is not None:
        return known
    fields: dict[str, tuple[str, BodyReader, bool]] = {}

    def read(value: Any, warnings: list[str], place: Place) -> Any:
        if type(value) is not dict:
            raise wrong_type(value, "structure")
        result: dict[str, Any] = {}
        for key, raw in value.items():
            field = fields.get(key)
            if field is None:
                continue
            name, read_member, is_time = field
            if raw is None:
                if is_time:
                    _warn(warnings, (place, name), "null")
                continue
            member = read_member(raw, warnings, (place, name))
            if member is not _ABSENT:
                result[name] = member
        return result

    memo[shape.name] = read
    for name, member in shape.members.items():
        if in_body(member):
            wire_name = member.serialization.get("name", name)
            fields[wire_name] = (name, body_reader(member, memo), member.type_name == "timestamp")
    return read


def _list_reader(read_item: BodyReader) -> BodyReader:
    def read(value: Any, warnings: list[str], place: Place) -> Any:
        if type(value) is not list:
            raise wrong_type(value, "list")
        # A null item stays, so that the others keep their numbers; validation names it.
        items = [
            None if item is None else read_item(item, warnings, (place, number)) for number, item in enumerate(value)
        ]
        return [None if item is _ABSENT else item for item in items]

    return read


def _map_reader(read_item: BodyReader) -> BodyReader:
    def read(value: Any, warnings: list[str], place: Place) -> Any:
        if type(value) is not dict:
            raise wrong_type(value, "map")
        result = {key: None if item is None else read_item(item, warnings, (place, key)) for key, item in value.items()}
        return {key: item for key, item in result.items() if item is not _ABSENT}

    return read


def _read_timestamp(value: Any, warnings: list[str], place: Place) -> Any:
    # JavaScript writes NaN for an invalid Date; it is not JSON, but widely copied code sends it.
    if type(value) is float and not math.isfinite(value):
        _warn(warnings, place, "NaN")
        return _ABSENT
    return timestamp(value)


def _warn(warnings: list[str], place: Place, value: str) -> None:
    if len(warnings) < 100:
        warnings.append(f"{place_text(place)} is {value}, which is no timestamp: taken as absent")


def place_text(place: Place) -> str:
    """``Entries[0].Time``."""
    parts: list[str] = []
    while place is not None:
        place, key = place
        parts.append(f"[{key}]" if isinstance(key, int) else f".{key}")
    return "".join(reversed(parts)).lstrip(".")


def read_members(shape: Any, read: BodyReader, body: bytes, warnings: list[str]) -> dict[str, Any]:
    """A whole body as the members of ``shape``; an empty body or ``null`` is an empty structure."""
    value = load_json(body)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong_type(value, "structure")
    params = read(value, warnings, None)
    return dict(params)
