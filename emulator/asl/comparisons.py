"""The comparison operators of a JSONPath Choice: ``StringEquals``, ``NumericLessThanPath``, ``IsNull`` and the others.

AWS docs, "Choice workflow state".  Two values of different types never compare as true, and nothing is converted
(recorded from AWS).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from emulator.asl.equality import is_number
from emulator.asl.timestamps import parse_timestamp

Comparison = Callable[[Any, Any], bool]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}


def _utf16(text: str) -> bytes:
    # Java compares strings by UTF-16 code unit.
    return text.encode("utf-16-be", "surrogatepass")


def _strings(order: Callable[[Any, Any], bool]) -> Comparison:
    def compare(left: Any, right: Any) -> bool:
        return isinstance(left, str) and isinstance(right, str) and order(_utf16(left), _utf16(right))

    return compare


def _numbers(order: Callable[[Any, Any], bool]) -> Comparison:
    return lambda left, right: is_number(left) and is_number(right) and order(left, right)


def _timestamps(order: Callable[[Any, Any], bool]) -> Comparison:
    def compare(left: Any, right: Any) -> bool:
        first, second = parse_timestamp(left), parse_timestamp(right)
        return first is not None and second is not None and order(first, second)

    return compare


def _booleans(left: Any, right: Any) -> bool:
    return isinstance(left, bool) and isinstance(right, bool) and left is right


@lru_cache(maxsize=512)
def _pieces(pattern: str) -> tuple[str, ...]:
    """The literal texts between the stars; ``\\*`` is a star, ``\\\\`` a backslash."""
    pieces = [""]
    for escaped, star, text in re.findall(r"\\(.)|(\*)|([^\\*]+|\\)", pattern, re.DOTALL):
        if star:
            pieces.append("")
        else:
            pieces[-1] += escaped or text
    return tuple(pieces)


def string_matches(text: Any, pattern: Any) -> bool:
    """StringMatches: ``*`` is any run of characters."""
    if not isinstance(text, str) or not isinstance(pattern, str):
        return False
    first, *between = _pieces(pattern)
    if not between:
        return text == first
    last = between.pop()
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in between:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


COMPARISONS: dict[str, Comparison] = {
    **{f"String{name}": _strings(order) for name, order in _ORDERS.items()},
    **{f"Numeric{name}": _numbers(order) for name, order in _ORDERS.items()},
    **{f"Timestamp{name}": _timestamps(order) for name, order in _ORDERS.items()},
    "BooleanEquals": _booleans,
}

TESTS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": is_number,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: parse_timestamp(value) is not None,
}

IS_PRESENT = "IsPresent"
STRING_MATCHES = "StringMatches"

# What the literal of each operator must be in the definition.
LITERALS: dict[str, str] = {
    **{f"{kind.capitalize()}{name}": kind for kind in ("string", "numeric", "timestamp") for name in _ORDERS},
    **dict.fromkeys(["BooleanEquals", IS_PRESENT, *TESTS], "boolean"),
    STRING_MATCHES: "string",
}

OPERATORS: frozenset[str] = frozenset(
    [*COMPARISONS, *TESTS, IS_PRESENT, STRING_MATCHES, *(f"{name}Path" for name in COMPARISONS)]
)
