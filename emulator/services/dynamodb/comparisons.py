"""Comparisons inside moto, mended: values that cannot be compared are a comparison that does not hold, as on AWS.

moto lets Python's TypeError out, and a scan ends at the first item whose attribute is of another type or missing.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

Evaluate = Callable[[Any, Any], Any]
_ORDERED = ("OpLessThan", "OpLessThanOrEqual", "OpGreaterThan", "OpGreaterThanOrEqual", "FuncBetween")


def mend_comparisons() -> None:
    """Once a process."""
    comparisons = import_module("moto.dynamodb.comparisons")
    for name in _ORDERED:
        kind = getattr(comparisons, name)
        kind.expr = _false_if_unequal_in_kind(kind.expr)
    size = comparisons.FuncSize
    size.expr = _none_without_size(size.expr)


def _false_if_unequal_in_kind(evaluate: Evaluate) -> Evaluate:
    def expr(self: Any, item: Any) -> Any:
        try:
            return evaluate(self, item)
        except TypeError:
            return False

    return expr


def _none_without_size(evaluate: Evaluate) -> Evaluate:
    def expr(self: Any, item: Any) -> Any:
        try:
            return evaluate(self, item)
        except ValueError:
            return None

    return expr
