"""Choice: rules in order, each a condition and a way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from emulator.asl.scope import Scope, Value
from emulator.asl.states.base import State


class Condition(Protocol):
    def holds(self, scope: Scope) -> bool:
        """Raises StatesError when a variable is missing or an expression is no boolean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRule:
    condition: Condition
    next: str
    comment: str | None = None
    output: Value | None = None
    assign: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(State):
    """The state's own ``output`` and ``assign`` belong to the default."""

    type: ClassVar[str] = "Choice"

    rules: tuple[ChoiceRule, ...]
    default: str | None = None
