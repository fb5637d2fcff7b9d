"""A Choice rule's condition: comparisons with And, Or, Not in JSONPath; ``Condition`` in JSONata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.asl.comparisons import COMPARISONS, IS_PRESENT, OPERATORS, STRING_MATCHES, TESTS, string_matches
from emulator.asl.errors import runtime_error
from emulator.asl.jsonata import BOOLEAN, compile_jsonata
from emulator.asl.paths import Path, compile_asl_path
from emulator.asl.scope import ABSENT, Scope, Value
from emulator.asl.states.choices import Condition


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool:
        return any(part.holds(scope) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool:
        return all(part.holds(scope) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition

    def holds(self, scope: Scope) -> bool:
        return not self.part.holds(scope)


@dataclass(frozen=True, slots=True)
class Compare:
    """``other`` is a Path for the ``...Path`` operators."""

    variable: Path
    operator: str
    other: Any

    def holds(self, scope: Scope) -> bool:
        if self.operator == IS_PRESENT:
            return (self._found(scope) is not ABSENT) is self.other
        value = _value(self.variable, scope)
        if self.operator in TESTS:
            return TESTS[self.operator](value) is self.other
        if self.operator == STRING_MATCHES:
            return string_matches(value, self.other)
        other = _value(self.other, scope) if isinstance(self.other, Path) else self.other
        return COMPARISONS[self.operator.removesuffix("Path")](value, other)

    def _found(self, scope: Scope) -> Any:
        if self.variable.variable not in (None, "$") and self.variable.variable not in scope.variables:
            return ABSENT
        return self.variable.find(scope)


@dataclass(frozen=True, slots=True)
class Asked:
    """JSONata's ``Condition``."""

    condition: Value

    def holds(self, scope: Scope) -> bool:
        return bool(self.condition.evaluate(scope))


def compile_condition(rule: Mapping[str, Any]) -> Condition:
    """The condition of a valid JSONPath rule."""
    if "And" in rule:
        return AllOf(tuple(map(compile_condition, rule["And"])))
    if "Or" in rule:
        return AnyOf(tuple(map(compile_condition, rule["Or"])))
    if "Not" in rule:
        return Not(compile_condition(rule["Not"]))
    operator = next(key for key in rule if key in OPERATORS)
    other = rule[operator]
    return Compare(
        compile_asl_path(rule["Variable"]),
        operator,
        compile_asl_path(other) if operator.endswith("Path") else other,
    )


def compile_question(condition: Any, index: int) -> Condition:
    """A valid JSONata rule's ``Condition``, a boolean or an expression."""
    return Asked(compile_jsonata(condition, f"Choices[{index}]/Condition", BOOLEAN))


def paths_of(condition: Condition) -> Iterator[Path]:
    """Every path that the condition reads."""
    if isinstance(condition, (AllOf, AnyOf)):
        for part in condition.parts:
            yield from paths_of(part)
    elif isinstance(condition, Not):
        yield from paths_of(condition.part)
    elif isinstance(condition, Compare):
        yield condition.variable
        if isinstance(condition.other, Path):
            yield condition.other


def _value(path: Path, scope: Scope) -> Any:
    if path.variable is None and scope.input is None:
        raise runtime_error("Unable to apply Path transformation to null or empty input.")
    value = path.find(scope)
    if value is ABSENT:
        raise runtime_error(
            f"Invalid path '{path.text}': The choice state's condition path references an invalid value."
        )
    return value
