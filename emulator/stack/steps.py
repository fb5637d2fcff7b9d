"""What is common to all resources on their way to AWS operations."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from emulator.stack.errors import StackError
from emulator.stack.references import References
from emulator.stack.section import Resource


class Step(NamedTuple):
    """One operation.  ``resource`` and ``inside`` say which key of the file its parameters come from."""

    resource: Resource
    service: str
    operation: str
    params: dict[str, Any]
    inside: tuple[str, ...] = ()


Steps = Generator[Step, dict[str, Any], None]
"""Yields operations and is sent their answers: once to check a description, once to create what it says."""


class Context(NamedTuple):
    """What the steps of one description share; ``directory`` is where code is looked for."""

    references: References
    directory: Path

    def error(self, key: str, problem: str) -> StackError:
        return StackError(self.references.origin, key, problem)

    def table(self, resource: Resource, *path: str) -> dict[str, Any]:
        """A property that has to be a table; an empty one when it is not given."""
        value: Any = resource.properties
        for number, part in enumerate(path, 1):
            value = value.get(part, {})
            if not isinstance(value, Mapping):
                raise self.error(resource.place(*path[:number]), f"expected a table, got {value!r}.")
        return dict(value)

    def tags(self, resource: Resource) -> dict[str, str]:
        """Tags as a map, from a table or from CloudFormation's list of ``{Key, Value}``."""
        given = resource.properties.get("Tags", {})
        if isinstance(given, list) and all(isinstance(tag, Mapping) and {*tag} == {"Key", "Value"} for tag in given):
            return {tag["Key"]: tag["Value"] for tag in given}
        if not isinstance(given, Mapping):
            raise self.error(resource.place("Tags"), f"expected a table, got {given!r}.")
        return dict(given)


def without(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in names}


def listed(value: Any) -> list[Any]:
    """One item or a list of them."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A property as the text that AWS's string maps hold."""
    return value if isinstance(value, str) else json.dumps(value)
