"""Comparisons inside JSONPath filters, as the Java library Jayway JsonPath makes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


class Missing:
    """The value of a path that leads nowhere; equal to nothing, not even to itself."""


MISSING = Missing()


def is_number(value: Any) -> bool:
    """Whether ``value`` is a JSON number (Python's ``bool`` is not)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal; ``true`` is not ``1``."""
    if left is MISSING or isinstance(left, bool) != isinstance(right, bool):
        return False
    try:
        return bool(left == right)
    except RecursionError:  # nested deeper than Python compares
        return False


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(left: Any, right: Any) -> bool:
        comparable = (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))
        return comparable and compare(left, right)

    return test


def _within(item: Any, items: Any) -> bool:
    return isinstance(items, list) and any(equal(item, other) for other in items)


def _size(value: Any, other: Any) -> bool:
    if not isinstance(value, (str, list)):
        return False
    return len(value) == (len(other) if isinstance(other, (str, list)) else other)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "=~": lambda left, right: isinstance(left, str) and isinstance(right, re.Pattern) and bool(right.fullmatch(left)),
    "in": _within,
    "nin": lambda left, right: left is not MISSING and not _within(left, right),
    "subsetof": lambda left, right: isinstance(left, list) and all(_within(item, right) for item in left),
    "anyof": lambda left, right: isinstance(left, list) and any(_within(item, right) for item in left),
    "noneof": lambda left, right: isinstance(left, list) and not any(_within(item, right) for item in left),
    "size": _size,
    "empty": lambda left, right: isinstance(left, (str, list, dict)) and (not left) is right,
}
