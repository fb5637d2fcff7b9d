"""Which variables each state reads: DescribeStateMachine's ``variableReferences`` (recorded from AWS)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from emulator.asl.intrinsics import Call
from emulator.asl.jsonata import Query
from emulator.asl.paths import CONTEXT, Path
from emulator.asl.states import Map, Parallel, State, Workflow


def variable_references(workflow: Workflow) -> dict[str, list[str]]:
    """State → sorted names, inner workflows included; states that read none are left out."""
    found: dict[str, list[str]] = {}
    for name, state in workflow.states.items():
        if names := sorted(set(_read_by(state))):
            found[name] = names
        for inner in inner_workflows(state):
            found.update(variable_references(inner))
    return found


def inner_workflows(state: State) -> tuple[Workflow, ...]:
    if isinstance(state, Parallel):
        return state.branches
    return (state.processor,) if isinstance(state, Map) else ()


def _read_by(value: Any) -> Iterator[str]:
    """Every variable in a compiled value, found by walking its parts."""
    if isinstance(value, Path):
        if value.variable not in (None, CONTEXT):
            yield str(value.variable)
    elif isinstance(value, Query):
        yield from value.variables
    elif isinstance(value, Call):
        for path in value.paths():
            yield from _read_by(path)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _read_by(item)
    elif is_dataclass(value) and not isinstance(value, (Workflow, type)):
        for part in fields(value):
            yield from _read_by(getattr(value, part.name))
    elif isinstance(value, Mapping):
        return
