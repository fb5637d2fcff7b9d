"""Checks of single fields.  Each takes the place of the field and its value, and reports what is wrong with it.

The texts are recorded from AWS where workflows are refused often (paths, timestamps, empty lists); AWS publishes none
for wrong JSON types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.asl.checks.report import Place
from emulator.asl.equality import is_number
from emulator.asl.jsonata import QuerySyntaxError, compile_jsonata, is_expression
from emulator.asl.jsonata_engines import NoEngineError
from emulator.asl.paths import PathSyntaxError, compile_asl_path
from emulator.asl.templates import TemplateError, compile_dynamic, compile_template
from emulator.asl.timestamps import parse_timestamp

# What a check returns is for other checks, if anything.
Check = Callable[[Place, Any], object]

LONGEST = 99_999_999


def expect(place: Place, kind: str) -> None:
    place.find(f"Expected value of type {kind}")


def string(place: Place, value: Any) -> None:
    if not isinstance(value, str):
        expect(place, "String")


def boolean(place: Place, value: Any) -> None:
    if not isinstance(value, bool):
        expect(place, "Boolean")


def anything(_place: Place, _value: Any) -> None:
    """A literal that is never looked at."""


def json_object(place: Place, value: Any) -> bool:
    if not isinstance(value, dict):
        expect(place, "Object")
    return isinstance(value, dict)


def filled_list(place: Place, value: Any) -> bool:
    """Whether ``value`` is a list with something in it."""
    if not isinstance(value, list):
        expect(place, "Array")
        return False
    if not value:
        place.find("Value cannot be empty")
    return bool(value)


def whole(least: int | None, most: int | None = LONGEST) -> Check:
    """An integer within bounds; in a JSONata state also an expression."""

    def check(place: Place, value: Any) -> None:
        if place.jsonata and isinstance(value, str):
            expression(place, value)
        elif isinstance(value, bool) or not isinstance(value, int):
            expect(place, "Integer")
        elif least is not None and value < least:
            place.find(f"Value is less than the minimum of {least}")
        elif most is not None and value > most:
            place.find(f"Value is greater than the maximum of {most}")

    return check


def percentage(place: Place, value: Any) -> None:
    if place.jsonata and isinstance(value, str):
        expression(place, value)
    elif not is_number(value):
        expect(place, "Number")
    elif not 0 <= value <= 100:
        place.find("ToleratedFailurePercentage must be between 0 and 100.")


def one_of(*words: str) -> Check:
    def check(place: Place, value: Any) -> None:
        if value not in words:
            place.find(f"The field '{place.name}' should have one of these values: [{', '.join(words)}]")

    return check


def path(place: Place, value: Any) -> None:
    """InputPath, OutputPath, ItemsPath: any path; null where the language has a meaning for it."""
    if value is None:
        return
    try:
        compile_asl_path(value if isinstance(value, str) else "")
    except PathSyntaxError:
        place.find(f"The value for the field '{place.name}' must be a valid JSONPath")


def reference(place: Place, value: Any) -> None:
    """A ``...Path`` field: it must name one value."""
    try:
        if compile_asl_path(value if isinstance(value, str) else "").path.definite:
            return
    except PathSyntaxError:
        pass
    place.find(f"The value for the field '{place.name}' must be a valid reference path")


def result_path(place: Place, value: Any) -> None:
    if value is None:
        return
    try:
        compiled = compile_asl_path(value if isinstance(value, str) else "")
    except PathSyntaxError:
        compiled = None
    if compiled is None or not compiled.reference or compiled.variable is not None:
        place.find(f"The value for the field '{place.name}' must be a valid reference path")


def dynamic(place: Place, value: Any) -> None:
    """ErrorPath, CausePath: a path or an intrinsic call."""
    try:
        compile_dynamic(value, place.name)
    except TemplateError as error:
        place.find(str(error))


def template(place: Place, value: Any) -> None:
    """A payload template, or any JSON with expressions in it."""
    if place.jsonata:
        query(place, value)
        return
    try:
        compile_template(value)
    except TemplateError as error:
        place.find(str(error))


def query(place: Place, value: Any) -> None:
    try:
        compile_jsonata(value, place.name)
    except (QuerySyntaxError, NoEngineError) as error:
        place.find(str(error))


def expression(place: Place, value: str) -> None:
    """A string where only an expression may stand."""
    if is_expression(value):
        query(place, value)
    else:
        place.find(f"The value for the field '{place.name}' must be a valid JSONata expression")


def condition(place: Place, value: Any) -> None:
    if isinstance(value, str):
        expression(place, value)
    else:
        boolean(place, value)


def items(place: Place, value: Any) -> None:
    if isinstance(value, str):
        expression(place, value)
    elif isinstance(value, (list, dict)):
        query(place, value)
    else:
        expect(place, "Array")


def text(place: Place, value: Any) -> None:
    """Fail's Error and Cause: a string, in a JSONata state perhaps an expression."""
    if not isinstance(value, str):
        expect(place, "String")
    elif place.jsonata:
        query(place, value)


def timestamp(place: Place, value: Any) -> None:
    if place.jsonata and is_expression(value):
        query(place, value)
    elif parse_timestamp(value) is None:
        place.find("String does not match RFC3339 timestamp")
