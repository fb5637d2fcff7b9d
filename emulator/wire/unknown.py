"""Members that a shape does not know, with the name that was probably meant: for people who write stack files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from emulator.wire.models import operation_model


@dataclass(frozen=True, slots=True)
class UnknownMember:
    """``path`` is dotted, list items by number from 0; ``nearest`` is a member's right name or ``None``."""

    path: str
    nearest: str | None


def unknown_members(service: str, operation: str, params: Mapping[str, Any]) -> list[UnknownMember]:
    """All members of ``params``, at any depth, that the operation's input shape does not have."""
    shape = operation_model(service, operation).input_shape
    if shape is None:
        return [UnknownMember(name, None) for name in params]
    return list(_find(shape, params, ""))


def _find(shape: Any, value: Any, path: str) -> Iterator[UnknownMember]:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping) and not shape.is_document_type:
        for name, item in value.items():
            if name in shape.members:
                yield from _find(shape.members[name], item, f"{path}{name}.")
            else:
                yield UnknownMember(f"{path}{name}", _nearest(str(name), list(shape.members)))
    elif kind == "list" and isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _find(shape.member, item, f"{path}{number}.")
    elif kind == "map" and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _find(shape.value, item, f"{path}{key}.")


def _nearest(name: str, members: list[str]) -> str | None:
    def plain(text: str) -> str:
        return text.replace("_", "").replace("-", "").lower()

    by_plain = {plain(member): member for member in members}
    found = get_close_matches(plain(name), list(by_plain), n=1, cutoff=0.7)
    return by_plain[found[0]] if found else None
