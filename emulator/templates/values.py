"""Values inside templates, and how Java would print, compare and judge them.

JSON values are Python's own: dict, list, str, int, float, bool, None.  A key that a JSON object (or ``$context``, or
``$stageVariables``) does not have is BLANK, which API Gateway prints as nothing and counts as false: the templates that
AWS publishes test ``$item.results != ""`` for a member that may be absent.  Lists and maps that the template itself
makes are JavaList and JavaMap: they print as Java's collections do, and a missing key is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from emulator.core import jsontext
from emulator.templates.errors import MAX_INTEGER_BITS, Meter, TemplateError


class JavaList(list[Any]):
    """A list made by the template: prints as ``[a, b]``."""


class JavaMap(dict[str, Any]):
    """A map made by the template: a missing key is null."""


class ParsedMap(dict[str, Any]):
    """An object from ``$util.parseJson``: prints as JSON.

    Not recorded from AWS; a sample that AWS publishes prints such an object inside a JSON answer.
    """


class Blank(str):
    """What stands for a missing member of a JSON object: an empty text that is also null and false."""


BLANK = Blank("")


class JsonFloat(float):
    """A number from a JSON text, with the form it had there (``1.50``, ``1.6E9``)."""

    text: str

    def __new__(cls, text: str) -> JsonFloat:
        number = super().__new__(cls, text)
        number.text = text
        return number


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of ``$map.entrySet()``."""

    key: str
    value: Any


class TemplateObject:
    """A variable with behaviour (``$input``, ``$util``, ``$foreach``); None is Velocity's null."""

    def member(self, name: str) -> Any:
        """``$this.name``"""
        return None

    def call(self, name: str, args: list[Any], meter: Meter) -> Any:
        """``$this.name(args)``"""
        return None


class OverrideMap(dict[str, Any]):
    """A part of ``$context.requestOverride``: each parameter can be set once (AWS docs: "an override is final")."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self:
            raise TemplateError(f"the override of {key} is set twice")
        super().__setitem__(key, value)


def parse_json(text: str, objects: type[dict[str, Any]] | None = None) -> Any:
    """A JSON text as template values.  Raises ValueError, also for nesting too deep to read."""
    try:
        value = json.loads(text, parse_float=JsonFloat, parse_constant=_no_constant, object_hook=objects)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise jsontext.NestedTooDeeplyError from None
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        raise ValueError("a number has too many digits") from None
    return jsontext.shallow(value, text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def checked(number: int | float) -> int | float:
    """A computed number, unless it has outgrown all use."""
    if isinstance(number, int) and number.bit_length() > MAX_INTEGER_BITS:
        raise TemplateError("a number is too large")
    return number


def is_true(value: Any) -> bool:
    """Velocity's truth: everything but null and false is true, also ``0`` and ``""``."""
    return value is not None and value is not False and not isinstance(value, Blank)


def display(value: Any, meter: Meter) -> str:
    """``value`` as Java's toString() shows it: ``{foo=bar}`` for maps, JSON for lists that came from JSON."""
    meter.charge()
    match value:
        case str():
            return str(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(checked(value))
        case JsonFloat():
            return value.text
        case float():
            return java_double(value)
        case Entry():
            return f"{value.key}={display(value.value, meter)}"
        case ParsedMap():
            return to_json(value, meter)
        case dict():
            return _joined("{", [f"{key}={display(item, meter)}" for key, item in value.items()], "}", meter)
        case JavaList():
            return _joined("[", [display(item, meter) for item in value], "]", meter)
        case list():
            return to_json(value, meter)
    return ""  # $input, $util: Java prints a class name and a number


def _joined(start: str, parts: list[str], end: str, meter: Meter, separator: str = ", ") -> str:
    meter.length(sum(map(len, parts)) + len(separator) * len(parts))
    return start + separator.join(parts) + end


def to_json(value: Any, meter: Meter) -> str:
    """``value`` as compact JSON; numbers in the form they came in."""
    meter.charge()
    match value:
        case dict():
            members = [f"{json_text(str(key))}:{to_json(item, meter)}" for key, item in value.items()]
            return _joined("{", members, "}", meter, ",")
        case list():
            return _joined("[", [to_json(item, meter) for item in value], "]", meter, ",")
        case None | bool() | int() | float():
            return display(value, meter)
    return json_text(display(value, meter))


def json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def java_double(number: float) -> str:
    """Java's Double.toString: ``1.0``, ``1.0E7``."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        text = format(Decimal(repr(float(number))), "f")
        return text if "." in text else f"{text}.0"
    sign, digits, exponent = Decimal(repr(float(number))).normalize().as_tuple()
    fraction = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{int(exponent) + len(digits) - 1}"


def equal(left: Any, right: Any, meter: Meter) -> bool:
    """Velocity's ``==``: numbers by value, equal kinds by content, everything else by its text."""
    meter.charge()
    for one, other in ((left, right), (right, left)):
        if one is None:
            return other is None or isinstance(other, Blank)
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(item, right[key], meter) for key, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b, meter) for a, b in zip(left, right, strict=True))
    return display(left, meter) == display(right, meter)


def ordering(left: Any, right: Any, compare: Callable[[Any, Any], bool]) -> bool:
    """``<`` and its like compare numbers only; anything else is false."""
    return is_number(left) and is_number(right) and compare(left, right)
