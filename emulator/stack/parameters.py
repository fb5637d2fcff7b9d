"""Parameters against AWS's service models: unknown names, wrong types, broken constraints, told by the file's keys."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from emulator import wire
from emulator.core.errors import AwsError
from emulator.stack.errors import StackError, nearest
from emulator.stack.steps import Step
from emulator.wire.typecheck import Check, Path, TypeCompiler

STANDARD = frozenset({"lambda", "events", "dynamodb", "ecs", "pipes"})
"""Services whose constraints AWS checks by the model; the others have texts of their own."""
_NAMES = {"structure": "a table", "map": "a table", "list": "a list", "string": "a text", "boolean": "true or false",
          "integer": "a whole number", "long": "a whole number", "double": "a number"}  # fmt: skip


def check_parameters(origin: str, step: Step) -> None:
    """Raises StackError for the first parameter that AWS does not know, or would not take."""

    def report(path: Path, problem: str, value: Any, wanted: str) -> None:
        parts = _parts(path)
        key = step.resource.place(*step.inside, *parts)
        if problem == "unknown member":
            known = _members(step.service, step.operation, parts[:-1])
            raise StackError(origin, key, f"unknown key.{nearest(parts[-1], known)}")
        if problem == "missing":
            raise StackError(origin, key, f"is missing: {_NAMES.get(wanted, wanted)}.")
        raise StackError(origin, key, f"expected {_NAMES.get(wanted, wanted)}, got {value!r}.")

    _checker(step.service, step.operation)(step.params, None, report)
    if step.service in STANDARD:
        try:
            wire.validate(step.service, step.operation, step.params)
        except AwsError as error:
            raise refused(origin, step, error) from None


def refused(origin: str, step: Step, error: AwsError) -> StackError:
    """AWS's answer to a step, with the key that its text names (``at 'maximumRetryAttempts'``) as far as it does."""
    named = re.search(r"at '(?:\w+\.)*([a-z]\w*)' failed", error.message or "")
    member = named[1][:1].upper() + named[1][1:] if named else ""
    key = step.resource.place(member) if member in step.resource.written else step.resource.key
    return StackError(origin, key, f"{error.code}: {error.message}")


@cache
def _checker(service: str, operation: str) -> Check:
    shape = wire.operation_model(service, operation).input_shape
    return TypeCompiler(True, {}).check(shape)


def _parts(path: Path) -> list[str]:
    parts: list[str] = []
    while path is not None:
        path, part = path
        parts.append(part)
    return parts[::-1]


def _members(service: str, operation: str, path: list[str]) -> list[str]:
    """The names that a shape knows at ``path``."""
    shape = wire.operation_model(service, operation).input_shape
    for part in path:
        if shape.type_name == "list":
            shape = shape.member
        elif shape.type_name == "map":
            shape = shape.value
        else:
            shape = shape.members[part]
    return list(shape.members)
