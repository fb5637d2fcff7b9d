"""What an expression can see while it is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from emulator.core.ids import Ids


class Absent:
    """Nothing, where JSON's null is a value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Host:
    """Where random values and the time come from: the emulator's ids and its clock (seconds since the epoch)."""

    ids: Ids
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Scope:
    """``input`` is ``$`` of JSONPath and ``$states.input``; ``result`` and ``error_output`` are ABSENT where the
    language has none.  ``variables`` hold the values from before the state's own Assign."""

    input: Any
    context: Mapping[str, Any]
    variables: Mapping[str, Any]
    host: Host
    result: Any = ABSENT
    error_output: Any = ABSENT


class Value(Protocol):
    """A field's value, compiled: a literal, a path, an intrinsic call, a template, or JSONata."""

    def evaluate(self, scope: Scope) -> Any:
        """Plain JSON.  Raises StatesError."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any

    def evaluate(self, _scope: Scope) -> Any:
        return self.value
