"""Whether a mocked result is what the service could answer (texts recorded from AWS)."""

from __future__ import annotations

from typing import Any

from emulator import wire
from emulator.asl.states import Map, Parallel, State, Task
from emulator.core.errors import AwsError
from emulator.services.stepfunctions import errors
from emulator.services.stepfunctions.integrations.directory import called

_NUMBERS = ("integer", "long", "float", "double")
# Members whose JSON is the user's own, whatever the model says.
_FREE = {("lambda", "Payload")}
# Limits that AWS checks, where botocore's model is wider (recorded).
_MAXIMA = {("lambda", "MemorySize"): 10_240}
_WITHOUT_MODEL = ("apigateway", "http")


def check_result(state: State, result: Any, mode: str) -> None:
    """Raises ValidationException.  ``mode``: STRICT and PRESENT look at every field that is there, STRICT demands the
    required ones as well, NONE looks at nothing (API reference, "MockInput")."""
    if isinstance(state, Map):
        _check_map(state, result)
    elif isinstance(state, Parallel):
        _check_parallel(state, result)
    elif isinstance(state, Task) and mode != "NONE":
        _check_task(state, result, mode == "STRICT")


def _check_map(state: Map, result: Any) -> None:
    writes = state.result_writer is not None and state.result_writer.resource
    if writes and not isinstance(result, dict):
        raise errors.validation("Mocked result must be a JSON object.")
    if not writes and not isinstance(result, list):
        raise errors.validation("Mocked result must be an array.")


def _check_parallel(state: Parallel, result: Any) -> None:
    if not isinstance(result, list):
        raise errors.validation("Mocked result must be an array.")
    if len(result) != len(state.branches):
        text = "Mocked result must contain the same number of items as number of Parallel branches."
        raise errors.validation(text)


def _check_task(state: Task, result: Any, strict: bool) -> None:
    resource = state.resource
    if resource.kind in ("lambda", "activity") or resource.service in _WITHOUT_MODEL or resource.pattern:
        return
    what = called(resource)
    if not wire.has_operation(what.service, what.operation):
        return
    if not isinstance(result, dict):
        raise errors.validation("Mocked result must be a JSON object.")
    shape = wire.operation_model(what.service, what.operation).output_shape
    if shape is not None:
        _structure(what.service, shape, result, strict)


def _structure(service: str, shape: Any, value: dict[str, Any], strict: bool) -> None:
    if strict:
        missing = [name for name in map(_pascal, shape.required_members) if name not in value]
        if missing:
            raise errors.validation(f"Mock result schema validation error: Required field '{missing[0]}' is missing")
    members = {_pascal(name): member for name, member in shape.members.items()}
    for name, item in value.items():
        member = members.get(name)
        if member is not None and item is not None and (service, name) not in _FREE:
            _value(service, member, name, item, strict)


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def _value(service: str, shape: Any, name: str, value: Any, strict: bool) -> None:
    kind = shape.type_name
    if kind == "structure":
        _demand(isinstance(value, dict), name, "must be an object")
        _structure(service, shape, value, strict)
    elif kind == "list":
        _demand(isinstance(value, list), name, "must be an array")
        for item in value:
            _value(service, shape.member, name, item, strict)
    elif kind == "map":
        _demand(isinstance(value, dict), name, "must be an object")
        for item in value.values():
            _value(service, shape.value, name, item, strict)
    elif kind in _NUMBERS:
        _number(service, shape, name, value)
    elif kind == "boolean":
        _demand(isinstance(value, bool), name, "must be a boolean")
    elif kind == "timestamp":
        _demand(isinstance(value, (str, int, float)) and not isinstance(value, bool), name, "must be a string")
    else:
        _text(shape, name, value)


def _number(service: str, shape: Any, name: str, value: Any) -> None:
    _demand(isinstance(value, (int, float)) and not isinstance(value, bool), name, "must be a number")
    least, most = shape.metadata.get("min"), _MAXIMA.get((service, name), shape.metadata.get("max"))
    _demand(most is None or value <= most, name, "exceeds the maximum value")
    _demand(least is None or value >= least, name, "is less than the minimum value")


def _text(shape: Any, name: str, value: Any) -> None:
    _demand(isinstance(value, str), name, "must be a string")
    allowed = shape.metadata.get("enum")
    _demand(not allowed or value in allowed, name, "is not an expected value")
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    _demand(least is None or len(value) >= least, name, "is smaller than the minimum length")
    _demand(most is None or len(value) <= most, name, "is larger than the maximum length")


def _demand(fits: bool, name: str, problem: str) -> None:
    if not fits:
        raise _mismatch(name, problem)


def _mismatch(name: str, problem: str) -> AwsError:
    return errors.validation(f"Mock result schema validation error: Field '{name}' {problem}")
