"""The context object (``$$``, ``$states.context``).  AWS docs, "Accessing execution data from the Context object"."""

from __future__ import annotations

from typing import Any

from emulator.core.timestamps import iso_milliseconds
from emulator.services.stepfunctions.execution import Execution


def execution_context(execution: Execution) -> dict[str, Any]:
    """The part that stays the same in all states of one run.  Express executions have no RedriveCount (recorded)."""
    facts: dict[str, Any] = {
        "Id": execution.arn,
        "Input": execution.input,
        "Name": execution.name,
        "RoleArn": execution.origin.revision.role,
        "StartTime": iso_milliseconds(execution.started),
    }
    if not execution.origin.express:
        facts["RedriveCount"] = execution.redrives
    if execution.redriven is not None:
        facts["RedriveTime"] = iso_milliseconds(execution.redriven)
    machine = {"Id": execution.origin.machine_arn, "Name": execution.origin.machine_name}
    return {"Execution": facts, "StateMachine": machine}


def state_context(
    common: dict[str, Any],
    name: str,
    entered: float,
    retries: int | None = None,
    item: dict[str, Any] | None = None,
    token: str | None = None,
) -> dict[str, Any]:
    """The whole object in one state.  ``retries`` for Task, Parallel and Map; ``item`` of the innermost Map."""
    state: dict[str, Any] = {"Name": name, "EnteredTime": iso_milliseconds(entered)}
    if retries is not None:
        state["RetryCount"] = retries
    context = {**common, "State": state}
    if token is not None:
        context["Task"] = {"Token": token}
    if item is not None:
        context["Map"] = {"Item": item}
    return context
