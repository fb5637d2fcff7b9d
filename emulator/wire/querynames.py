"""How the Query protocol names lists, maps and members: from the model, or from records of a former Query service."""

from __future__ import annotations

from typing import Any

from emulator.wire.recorded import FORMER_QUERY


def list_name(service: str, prefix: str, shape: Any) -> tuple[str, str | None]:
    """(name of the list, name of its items' level).  Flat lists have no level of items."""
    former = FORMER_QUERY.get(service)
    if former is not None:
        return former.lists.get(shape.name, shape.member.name), None
    item = shape.member.serialization.get("name")
    if shape.serialization.get("flattened"):
        return item or prefix, None
    return prefix, item or "member"


def map_names(service: str, prefix: str, shape: Any) -> tuple[str, str | None, str, str]:
    """(name of the map, name of its entries' level, key's name, value's name)."""
    former = FORMER_QUERY.get(service)
    if former is not None:
        entry, key, value = former.maps[shape.name]
        return entry, None, key, value
    key = shape.key.serialization.get("name", "key")
    value = shape.value.serialization.get("name", "value")
    return prefix, None if shape.serialization.get("flattened") else "entry", key, value


def member_name(name: str, member: Any) -> str:
    """A structure member's name on the wire."""
    return str(member.serialization.get("name", name))
