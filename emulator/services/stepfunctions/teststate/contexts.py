"""A context object that the caller of TestState makes up."""

from __future__ import annotations

from typing import Any

from emulator.asl.states import State, Task
from emulator.core.errors import AwsError
from emulator.services.stepfunctions import errors

_ANY, _STRING, _NUMBER = "any", "string", "number"
_FIELDS: dict[str, dict[str, str]] = {
    "Execution": {
        "Id": _STRING,
        "Input": _ANY,
        "Name": _STRING,
        "RoleArn": _STRING,
        "StartTime": _STRING,
        "RedriveCount": _NUMBER,
        "RedriveTime": _STRING,
    },
    "State": {"EnteredTime": _STRING, "Name": _STRING, "RetryCount": _NUMBER},
    "StateMachine": {"Id": _STRING, "Name": _STRING},
    "Task": {"Token": _STRING},
}


def check_context(context: dict[str, Any], state: State) -> None:
    """Raises ValidationException (recorded from AWS)."""
    for name, value in context.items():
        if name == "Map":
            raise _invalid("'Map' field is not supported when mocking a Context object")
        if name == "Task" and not _has_token(state):
            raise _invalid(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' "
                "service integration pattern"
            )
        fields = _FIELDS.get(name)
        if fields is None:
            raise _invalid(f"Field '{name}' is not allowed")
        if not isinstance(value, dict):
            raise _invalid(f"{name} must be an object")
        for field, item in value.items():
            _check_field(name, field, item, fields)


def _check_field(name: str, field: str, item: Any, fields: dict[str, str]) -> None:
    kind = fields.get(field)
    if kind is None:
        raise _invalid(f"Field '{field}' is not allowed")
    if kind == _STRING and not isinstance(item, str):
        raise _invalid(f"{name}.{field} must be a string")
    if kind == _NUMBER and (isinstance(item, bool) or not isinstance(item, (int, float))):
        raise _invalid(f"{name}.{field} must be a number")


def _has_token(state: State) -> bool:
    return isinstance(state, Task) and bool(state.resource.pattern)


def _invalid(text: str) -> AwsError:
    return errors.validation(f"Invalid Context object provided: {text}")
