"""Payload templates: objects and arrays in which a key ``k.$`` holds a path or an intrinsic call.

AWS docs, "Manipulate parameters in Step Functions workflows".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.asl.errors import runtime_error
from emulator.asl.intrinsics import Call, IntrinsicSyntaxError, parse_call
from emulator.asl.paths import Path, PathSyntaxError, compile_asl_path
from emulator.asl.scope import ABSENT, Literal, Scope, Value


class TemplateError(ValueError):
    """``key`` holds neither a path nor a call, or stands beside itself without ``.$``; ``str`` is AWS's message."""


@dataclass(frozen=True, slots=True)
class PathValue:
    """A path as the value of the field ``field`` (``value.$``, ``ErrorPath``)."""

    path: Path
    field: str

    def evaluate(self, scope: Scope) -> Any:
        value = self.path.find(scope)
        if value is ABSENT:
            raise not_found(self.path, self.field, scope)
        return value


@dataclass(frozen=True, slots=True)
class CallValue:
    call: Call
    field: str

    def evaluate(self, scope: Scope) -> Any:
        return self.call.evaluate(scope, self.field)


@dataclass(frozen=True, slots=True)
class ObjectTemplate:
    members: tuple[tuple[str, Value], ...]

    def evaluate(self, scope: Scope) -> dict[str, Any]:
        return {key: value.evaluate(scope) for key, value in self.members}


@dataclass(frozen=True, slots=True)
class ArrayTemplate:
    items: tuple[Value, ...]

    def evaluate(self, scope: Scope) -> list[Any]:
        return [item.evaluate(scope) for item in self.items]


def compile_template(template: Any) -> Value:
    """``template`` ready for evaluation.  Raises TemplateError."""
    if isinstance(template, dict):
        members = tuple(_member(key, value, template) for key, value in template.items())
        if all(isinstance(value, Literal) for _, value in members):
            return Literal(template)
        return ObjectTemplate(members)
    if isinstance(template, list):
        items = tuple(map(compile_template, template))
        if all(isinstance(item, Literal) for item in items):
            return Literal(template)
        return ArrayTemplate(items)
    return Literal(template)


def compile_dynamic(text: Any, field: str) -> Value:
    """The value of a field that must be dynamic: a path, or ``States.Function(...)``.  Raises TemplateError."""
    if isinstance(text, str):
        try:
            if text.startswith("$"):
                return PathValue(compile_asl_path(text), field)
            return CallValue(parse_call(text), field)
        except (PathSyntaxError, IntrinsicSyntaxError):
            pass
    raise TemplateError(
        f"The value for the field '{field}' must be a valid JSONPath or a valid intrinsic function call"
    )


def not_found(path: Path, field: str, scope: Scope) -> Exception:
    """The input is shown whatever the path starts from (recorded from AWS)."""
    return runtime_error(
        f"The JSONPath '{path.text}' specified for the field '{field}' could not be found in the input "
        f"'{json.dumps(scope.input, ensure_ascii=False)}'"
    )


def _member(key: str, value: Any, beside: Mapping[str, Any]) -> tuple[str, Value]:
    if not key.endswith(".$"):
        return key, compile_template(value)
    if key[:-2] in beside:
        raise TemplateError(f"The field '{key[:-2]}' is given twice: as '{key[:-2]}' and as '{key}'")
    return key[:-2], compile_dynamic(value, key)
