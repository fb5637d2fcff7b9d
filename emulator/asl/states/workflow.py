"""A set of states with a first one: a state machine, a branch, an item processor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.asl.states.base import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    start_at: str
    states: Mapping[str, State]
    comment: str | None = None

    @property
    def first(self) -> State:
        return self.states[self.start_at]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMachine(Workflow):
    """``timeout_seconds`` None: the default of 99,999,999.  ``variable_references``: state → sorted names it reads,
    states that read none left out (DescribeStateMachine's ``variableReferences``)."""

    query_language: str = "JSONPath"
    version: str = "1.0"
    timeout_seconds: int | None = None
    variable_references: Mapping[str, list[str]] = field(default_factory=dict)
