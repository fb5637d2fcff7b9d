"""A visit of one state written in JSON, without an execution around it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.asl.dataflow import Visit
from emulator.asl.definition import load_state
from emulator.asl.errors import StatesError
from emulator.asl.scope import Host, Scope
from emulator.core.ids import Ids

NOW = 1_700_000_000.5
HOST = Host(Ids(1), lambda: NOW)
CONTEXT = {"Execution": {"Name": "E"}, "State": {"Name": "S"}}


def scope(data: Any = None, **variables: Any) -> Scope:
    return Scope({} if data is None else data, CONTEXT, variables, HOST)


def visit(state: dict[str, Any], data: Any = None, variables: dict[str, Any] | None = None) -> Visit:
    compiled = load_state(json.dumps({"End": True, **state} if "End" in _FIELDS[state["Type"]] else state), "S")
    return Visit(compiled, {} if data is None else data, CONTEXT, variables or {}, HOST)


def fails(work: Any, error: str, cause: str) -> None:
    with pytest.raises(StatesError) as caught:
        work()
    assert (caught.value.error, caught.value.cause) == (error, cause)


_FIELDS = {
    **dict.fromkeys(["Task", "Pass", "Wait", "Parallel", "Map"], ("End",)),
    **dict.fromkeys(["Choice", "Succeed", "Fail"], ()),
}
