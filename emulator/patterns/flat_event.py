"""An event as leaves under dotted paths, read only as far as patterns ask.

``{"a": {"b": 1}}`` and ``{"a.b": 1}`` have the same leaf ``a.b``.  Arrays add nothing to a path; a leaf inside an
object (or array) that is an element of an array remembers which element, so that the fields of one branch cannot be
satisfied by different elements of one array.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

ArrayId = tuple[str, int]
Membership = tuple[tuple[ArrayId, int], ...]


class Leaves(NamedTuple):
    """The leaves of one path; ``memberships`` runs beside ``values``, None when no leaf is inside an array element."""

    values: list[object]
    memberships: list[Membership] | None


class FlatEvent:
    """One event, for the time of one matching: each path is looked up once."""

    __slots__ = ("_event", "_leaves")

    def __init__(self, event: dict[str, Any]) -> None:
        self._event = event
        self._leaves: dict[str, Leaves] = {}

    def leaves(self, path: str) -> Leaves:
        found = self._leaves.get(path)
        if found is None:
            found = self._leaves[path] = _look_up(self._event, path)
        return found

    def strings(self) -> Iterator[tuple[str, str]]:
        """Every (path, text) of the event's string leaves."""
        waiting: list[tuple[str, Any]] = list(self._event.items())
        while waiting:
            path, value = waiting.pop()
            if isinstance(value, str):
                yield path, value
            elif isinstance(value, dict):
                waiting += [(f"{path}.{name}", member) for name, member in value.items()]
            elif isinstance(value, list):
                waiting += [(path, element) for element in value]


@lru_cache(maxsize=8192)
def _splits(path: str) -> tuple[tuple[str, str | None], ...]:
    """The ways in which a path can begin with one key: ``a.b`` -> (``a.b``, nothing left), (``a``, ``b`` left)."""
    parts = path.split(".")
    ways: list[tuple[str, str | None]] = [(path, None)]
    ways += [(".".join(parts[:count]), ".".join(parts[count:])) for count in range(1, len(parts))]
    return tuple(ways)


def _look_up(event: dict[str, Any], path: str) -> Leaves:
    values: list[object] = []
    memberships: list[Membership] = []
    waiting: list[tuple[Any, str | None, Membership]] = [(event, path, ())]
    while waiting:
        value, rest, membership = waiting.pop()
        if isinstance(value, dict):
            if rest is not None:
                waiting += [(value[key], left, membership) for key, left in _splits(rest) if key in value]
        elif isinstance(value, list):
            array = (path[: len(path) - len(rest)] if rest else path, id(value))
            for index, element in enumerate(value):
                if isinstance(element, (dict, list)):
                    waiting.append((element, rest, (*membership, (array, index))))
                elif rest is None:
                    values.append(element)
                    memberships.append(membership)
        elif rest is None:
            values.append(value)
            memberships.append(membership)
    return Leaves(values, memberships if any(memberships) else None)
