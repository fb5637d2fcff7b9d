"""What a TestState call asks, read and checked; AWS's refusals are recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulator.asl.definition import load, load_state
from emulator.asl.errors import InvalidDefinitionError
from emulator.asl.jackson import JsonSyntaxError, read_json
from emulator.asl.states import Map, Parallel, State, Task, Workflow
from emulator.core.errors import AwsError
from emulator.services.stepfunctions import errors
from emulator.services.stepfunctions.birth import read_input
from emulator.services.stepfunctions.teststate.contexts import check_context
from emulator.services.stepfunctions.teststate.mock_check import check_result

_MOCKABLE = ("Task", "Map", "Parallel")
_NEEDS_MOCK = (
    "TestState API does not support Map or Parallel states. Supported state types include: "
    "[Task, Wait, Pass, Succeed, Fail, Choice]"
)


@dataclass(frozen=True, slots=True)
class Mock:
    """``result`` as a value, or an error."""

    result: Any = None
    failed: bool = False
    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """``context`` None: the emulator makes one up.  ``item_data`` is the text
    that an ItemReader would read."""

    state: State
    input: Any
    role: str | None
    variables: dict[str, Any]
    context: dict[str, Any] | None
    mock: Mock | None
    inspect: bool
    retries: int = 0
    failed_iterations: int = 0
    item_data: str | None = None


def read_question(params: dict[str, Any]) -> Question:
    """Raises InvalidDefinition, InvalidExecutionInput, ValidationException."""
    state = _state(params)
    given = params.get("mock")
    mock = _mock(given, state) if given is not None else None
    configuration = params.get("stateConfiguration") or {}
    _check_support(params, state, mock, configuration)
    context = _json(params.get("context"), "Invalid Context object provided: not a JSON object")
    if context is not None:
        check_context(context, state)
    return Question(
        state=state,
        input=read_input(params.get("input") or "{}"),
        role=params.get("roleArn"),
        variables=_json(params.get("variables"), "Variables must be a JSON object") or {},
        context=context,
        mock=mock,
        inspect=(params.get("inspectionLevel") or "INFO") != "INFO",
        retries=configuration.get("retrierRetryCount") or 0,
        failed_iterations=configuration.get("mapIterationFailureCount") or 0,
        item_data=configuration.get("mapItemReaderData"),
    )


def _state(params: dict[str, Any]) -> State:
    name = params.get("stateName")
    try:
        if name is None:
            return load_state(params["definition"])
        found = next((state for state in _all_states(load(params["definition"])) if state.name == name), None)
    except InvalidDefinitionError as error:
        raise AwsError("InvalidDefinition", str(error)) from None
    if found is None:
        raise errors.validation("State not found in definition")
    return found


def _all_states(workflow: Workflow) -> Iterator[State]:
    for state in workflow.states.values():
        yield state
        if isinstance(state, Map):
            yield from _all_states(state.processor)
        elif isinstance(state, Parallel):
            for branch in state.branches:
                yield from _all_states(branch)


def _check_support(params: dict[str, Any], state: State, mock: Mock | None, configuration: dict[str, Any]) -> None:
    if mock is None:
        if isinstance(state, (Map, Parallel)):
            raise AwsError("InvalidDefinition", _NEEDS_MOCK)
        if configuration.get("mapIterationFailureCount") is not None:
            raise errors.validation("TestState does not support MapIterationFailureCount when a mock is not specified.")
        if isinstance(state, Task):
            _check_task(params, state)
    elif params.get("revealSecrets"):
        raise errors.validation("TestState does not support RevealSecrets when a mock is specified.")


def _check_task(params: dict[str, Any], state: Task) -> None:
    if not params.get("roleArn"):
        raise errors.validation("RoleArn must be specified when testing a Task state")
    resource = state.resource
    if resource.kind == "activity" or resource.pattern:
        # AWS's own words for this are not known.
        text = "TestState API does not support activities, '.sync' and '.waitForTaskToken' when a mock is not specified"
        raise AwsError("InvalidDefinition", text)


def _mock(given: dict[str, Any], state: State) -> Mock:
    if state.type not in _MOCKABLE:
        raise errors.validation(f"State type '{state.type}' is not supported when a mock is specified")
    text, failure = given.get("result"), given.get("errorOutput")
    if (text is None) == (failure is None):
        raise errors.validation("A test mock should have only one of the following fields: [result, errorOutput].")
    if failure is not None:
        return Mock(failed=True, error=failure.get("error"), cause=failure.get("cause"))
    assert isinstance(text, str)
    try:
        result = read_json(text)
    except JsonSyntaxError:
        raise errors.validation("Mocked result must be valid JSON") from None
    check_result(state, result, given.get("fieldValidationMode") or "STRICT")
    return Mock(result)


def _json(text: str | None, refusal: str) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        value = read_json(text)
    except JsonSyntaxError:
        value = None
    if not isinstance(value, dict):
        raise errors.validation(refusal)
    return value
