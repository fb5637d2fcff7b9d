"""JSON numbers that keep their literal text.

A pattern's number matches a number with the same text, or an equal IEEE double when both texts convert exactly
(``300`` = ``3.0e2``; ``12345678901234567890`` only equals its own digits).
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from emulator.core import jsontext

_SAFE = 2**53
_LONGEST_INT = 4000  # digits; Python itself refuses to convert more than 4300


class LiteralFloat(float):
    """A float that remembers how it was written; ``double`` is None when the text does not convert exactly."""

    __slots__ = ("double", "text")

    text: str
    double: float | None

    def __new__(cls, text: str) -> LiteralFloat:
        number = super().__new__(cls, text)
        number.text = text
        number.double = exact_double(text)
        return number


def exact_double(text: str) -> float | None:
    """The IEEE double of a JSON number, or None when the text is beyond double or loses digits on the way."""
    double = float(text)
    if not math.isfinite(double):
        return None
    try:
        same = Decimal(repr(double)) == Decimal(text)
    except ArithmeticError:  # an exponent beyond what Decimal can hold
        return None
    return double if same else None


def double_of(value: object) -> float | None:
    """The exact double of a number leaf; None for any other leaf and for numbers that do not convert exactly."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return None
    if isinstance(value, LiteralFloat):
        return value.double
    if isinstance(value, int):
        return float(value) if -_SAFE <= value <= _SAFE else _double_of_large(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return exact_double(str(value)) if isinstance(value, Decimal) else None


def _double_of_large(value: int) -> float | None:
    try:
        double = float(value)
    except OverflowError:
        return None
    return double if Decimal(repr(double)) == value else None


def number_text(value: object) -> str | None:
    """The text of a number leaf as it would stand in JSON, None for any other leaf."""
    if isinstance(value, LiteralFloat):
        return value.text
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return repr(value) if isinstance(value, float) else str(value)


def parse_json(text: str) -> Any:
    """JSON text as Python values, fractional numbers as ``LiteralFloat``.

    Raises ValueError when the text is not JSON (``NaN`` and ``Infinity`` are not) or is nested beyond reading.
    """
    try:
        value = json.loads(text, parse_float=LiteralFloat, parse_int=_int, parse_constant=_refuse)
    except RecursionError as error:
        raise jsontext.NestedTooDeeplyError from error
    value = jsontext.shallow(value, text)
    return jsontext.whole_characters(value) if "\\ud" in text or "\\uD" in text else value


def write_json(value: Any) -> str:
    """``value`` as compact JSON in which numbers have the text that they were read with."""
    if isinstance(value, LiteralFloat):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{jsontext.compact(name)}:{write_json(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write_json, value)) + "]"
    return jsontext.compact(value)


def parse_event(text: str) -> dict[str, Any]:
    """An event (or the ``Detail`` of one) whose numbers keep their text.  ValueError unless it is a JSON object."""
    event = parse_json(text)
    if not isinstance(event, dict):
        raise ValueError("not a JSON object")
    return event


def _int(text: str) -> int | LiteralFloat:
    return int(text) if len(text) < _LONGEST_INT else LiteralFloat(text)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
