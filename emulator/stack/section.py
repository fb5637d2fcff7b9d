"""One table of a description in CloudFormation's properties, and what its section lets it say."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from emulator.stack.errors import StackError, nearest


@dataclass(frozen=True, slots=True)
class Resource:
    """One table of a description in CloudFormation's properties.

    ``key`` is its place in the file; ``written`` maps the last part of each property to the name that was written.
    """

    name: str
    key: str
    properties: dict[str, Any]
    written: Mapping[str, str] = field(default_factory=dict)

    def place(self, *path: str) -> str:
        """The key of a property as it was written: short forms stand for all that leads to them."""
        for number in range(len(path) - 1, -1, -1):
            if path[number] in self.written:
                return ".".join([self.key, self.written[path[number]], *path[number + 1 :]])
        return ".".join([self.key, *path])


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the file.

    ``short`` maps short keys to CloudFormation's property, a dot meaning a nested one; ``properties`` are those of
    CloudFormation that are taken as they are.
    """

    title: str
    type: str
    short: Mapping[str, str]
    properties: frozenset[str] = frozenset()

    def read(self, origin: str, name: str, key: str, table: object) -> Resource:
        """A resource's table in CloudFormation's properties; raises StackError naming the wrong key."""
        if not isinstance(table, Mapping):
            raise StackError(origin, key, f"expected a table of {self.type} properties, got {table!r}.")
        targets = {given: self._property(origin, key, given) for given in table}
        properties: dict[str, Any] = {}
        # Whole properties first: short forms then add to them.
        for given, path in sorted(targets.items(), key=lambda item: item[1].count(".")):
            _put(properties, path, deepcopy(table[given]), origin, f"{key}.{given}")
        written = {path.rpartition(".")[2]: given for given, path in targets.items()}
        return Resource(name, key, properties, written)

    def _property(self, origin: str, key: str, given: str) -> str:
        if given in self.properties:
            return given
        if given not in self.short:
            hint = nearest(given, [*self.short, *self.properties], listed=self.short)
            raise StackError(origin, f"{key}.{given}", f"unknown key.{hint}")
        return self.short[given]


def _put(into: dict[str, Any], path: str, value: object, origin: str, key: str) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        into = into.setdefault(parent, {})
        if not isinstance(into, dict):
            raise StackError(origin, key, f"{parent} is given too, and is no table.")
    if last in into:
        raise StackError(origin, key, f"{path} is given twice.")
    into[last] = value
