"""JSONata in a definition: ``{% ... %}`` strings, compiled once, and the templates that hold them.

AWS docs, "Transforming data with JSONata in Step Functions".  The language itself is a library behind
``jsonata_engines``; failures are States.QueryEvaluationError with AWS's texts (recorded).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.asl.errors import QUERY_EVALUATION_ERROR, StatesError
from emulator.asl.jsonata_engines import (
    FUNCTION,
    UNDEFINED,
    Expression,
    JsonataError,
    check_memory,
    compile_expression,
)
from emulator.asl.jsonata_references import variables_of
from emulator.asl.scope import ABSENT, Literal, Scope, Value
from emulator.core.jsontext import compact

_OPEN, _CLOSE = "{%", "%}"
# JSON types as the error texts name them.
ARRAY, BOOLEAN, NUMBER, STRING = "array", "boolean", "number", "string"


class QuerySyntaxError(ValueError):
    """An expression that does not parse; ``location`` is the field that holds it, ``str`` the message."""

    def __init__(self, message: str, location: str) -> None:
        super().__init__(message)
        self.location = location


@dataclass(frozen=True, slots=True)
class Query:
    """``location``: the field (``Output/a[0]``); ``expected``: the one type of result that the field takes."""

    text: str
    location: str
    expression: Expression
    expected: str | None = None

    def evaluate(self, scope: Scope) -> Any:
        try:
            check_memory(self.text)
            value = self.expression.evaluate(_bindings(scope), scope.host)
        except JsonataError as fault:
            raise self._error(f"threw an error during evaluation{fault.joint} {fault}") from None
        if value is UNDEFINED:
            raise self._error("returned nothing (undefined).")
        if value is FUNCTION:
            raise self._error("returned an unsupported result type.")
        if self.expected is not None:
            check_type(value, self.expected, self.text, self.location)
        return value

    @property
    def variables(self) -> frozenset[str]:
        """The variables of the state machine that it reads."""
        return variables_of(self.text)

    def _error(self, what: str) -> StatesError:
        return query_error(
            f"The JSONata expression '{self.text}' specified for the field '{self.location}' {what}", self.location
        )


@dataclass(frozen=True, slots=True)
class QueryObject:
    members: tuple[tuple[str, Value], ...]

    def evaluate(self, scope: Scope) -> dict[str, Any]:
        return {key: value.evaluate(scope) for key, value in self.members}


@dataclass(frozen=True, slots=True)
class QueryArray:
    items: tuple[Value, ...]

    def evaluate(self, scope: Scope) -> list[Any]:
        return [item.evaluate(scope) for item in self.items]


def query_error(cause: str, location: str | None = None) -> StatesError:
    """States.QueryEvaluationError; ``entered`` completes its cause."""
    return StatesError(QUERY_EVALUATION_ERROR, cause, location=location, bare=True)


def is_expression(value: Any) -> bool:
    """Whether ``value`` is ``{% ... %}`` exactly; a blank before it makes it plain text (recorded from AWS)."""
    return isinstance(value, str) and value.startswith(_OPEN) and value.endswith(_CLOSE) and len(value) >= 4


def compile_query(text: str, location: str, expected: str | None = None) -> Query:
    """``text`` with its braces.  Raises QuerySyntaxError."""
    inner = text[2:-2].strip()
    try:
        return Query(inner, location, compile_expression(inner), expected)
    except JsonataError as fault:
        raise QuerySyntaxError(f"The JSONata expression '{inner}' is not valid. {fault}", location) from None


def compile_jsonata(template: Any, location: str, expected: str | None = None) -> Value:
    """Any JSON in which strings may be expressions, through objects and arrays.  Raises QuerySyntaxError."""
    if is_expression(template):
        return compile_query(template, location, expected)
    if isinstance(template, dict):
        members = tuple((key, compile_jsonata(value, f"{location}/{key}")) for key, value in template.items())
        return Literal(template) if _literal(value for _, value in members) else QueryObject(members)
    if isinstance(template, list):
        items = tuple(compile_jsonata(item, f"{location}[{index}]") for index, item in enumerate(template))
        return Literal(template) if _literal(items) else QueryArray(items)
    return Literal(template)


def check_type(value: Any, expected: str, text: str, location: str) -> None:
    """StatesError unless ``value`` is of the type the field takes."""
    actual = type_name(value)
    if actual != expected:
        raise query_error(
            f"The JSONata expression '{text}' specified for the field '{location}' returned an unexpected result type. "
            f"Expected '{expected}', but was '{actual}' for value: {compact(value)}",
            location,
        )


def type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, str):
        return STRING
    return ARRAY if isinstance(value, list) else "object"


def _literal(values: Any) -> bool:
    return all(isinstance(value, Literal) for value in values)


def _bindings(scope: Scope) -> dict[str, Any]:
    states: dict[str, Any] = {"input": scope.input, "context": dict(scope.context)}
    if scope.result is not ABSENT:
        states["result"] = scope.result
    if scope.error_output is not ABSENT:
        states["errorOutput"] = scope.error_output
    return {**scope.variables, "states": states}
