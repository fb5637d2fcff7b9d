"""A strict look at results before they go out, used while tests run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from emulator.wire.models import operation_model
from emulator.wire.recorded import EMPTY_ANSWERS
from emulator.wire.typecheck import Check, Path, TypeCompiler


class WrongResultError(AssertionError):
    """A result that AWS's model does not allow; the text lists all problems."""


@cache
def _memo(service: str) -> dict[str, Check]:
    return {}


@cache
def _check(service: str, operation: str) -> Check | None:
    shape = operation_model(service, operation).output_shape
    return None if shape is None else TypeCompiler(True, _memo(service)).check(shape)


def check_output(service: str, operation: str, result: Mapping[str, Any] | None) -> None:
    """Raises ``WrongResultError`` if ``result`` has unknown members, wrong types, or lacks required members."""
    if not result and (service, operation) in EMPTY_ANSWERS:
        return
    check = _check(service, operation)
    problems: list[str] = []
    if check is None:
        problems += [f"{name}: unknown member (the operation has no output)" for name in result or {}]
    else:
        check(result or {}, None, lambda *deviation: problems.append(_text(*deviation)))
    if problems:
        raise WrongResultError(f"{service}.{operation}: " + "; ".join(problems))


def _text(path: Path, problem: str, value: Any, wanted: str) -> str:
    parts: list[str] = []
    while path is not None:
        path, part = path
        parts.append(part)
    given = "" if value is None else f", got {value!r:.80}"
    return f"{'.'.join(reversed(parts)) or 'result'}: {problem} ({wanted}{given})"
