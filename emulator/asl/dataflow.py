"""How data goes through a state: what it works on, what it leaves behind, and what it stores in variables.

AWS docs, "Processing input and output" (JSONPath) and "Transforming data with JSONata"; the order as recorded from AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.asl.errors import StatesError, runtime_error
from emulator.asl.limits import check_assigned, check_size
from emulator.asl.paths import Path
from emulator.asl.scope import ABSENT, Host, Scope, Value
from emulator.asl.states import Catcher, Fail, Parallel, Pass, State, Task, WorkState


@dataclass(slots=True)
class Visit:
    """One visit of a state.  ``input`` is the raw state input, ``context`` the context object of this very moment
    (replace it before each attempt of a Task), ``variables`` the values from before the state.

    ``stages`` fills up while the functions below work: TestState's inspection data (``input``, ``afterInputPath``,
    ``afterParameters``, ``afterArguments``, ``result``, ``afterResultSelector``, ``afterResultPath``,
    ``afterItemsPath`` ...), plain JSON values; on failure only the stages passed are there.
    """

    state: State
    input: Any
    context: Mapping[str, Any]
    variables: Mapping[str, Any]
    host: Host
    stages: dict[str, Any] = field(default_factory=dict)

    def scope(self, data: Any = ABSENT, result: Any = ABSENT, error_output: Any = ABSENT) -> Scope:
        """What expressions of this state see; ``data`` stands for ``$``, the raw input by default."""
        return Scope(
            self.input if data is ABSENT else data, self.context, self.variables, self.host, result, error_output
        )


@dataclass(frozen=True, slots=True)
class Exit:
    """``next`` None: the workflow ends here.  ``assigned``: what history shows; the service stores it."""

    output: Any
    assigned: Mapping[str, Any]
    next: str | None


def effective_input(visit: Visit) -> Any:
    """The state's input after InputPath; in a JSONata state the input as it is.  Raises StatesError."""
    visit.stages["input"] = visit.input
    if visit.state.jsonata:
        return visit.input
    data = visit.input if visit.state.input_path is None else visit.state.input_path.evaluate(visit.scope())
    _note(visit, "afterInputPath", data)
    return data


def work_input(visit: Visit) -> Any:
    """What a Task, Parallel or Pass works on: effective input → Parameters; or Arguments (default: the input)."""
    data = effective_input(visit)
    arguments = _arguments(visit.state)
    value = data if arguments is None else arguments.evaluate(visit.scope(data))
    _note(visit, "afterArguments" if visit.state.jsonata else "afterParameters", value)
    return value


def leave(visit: Visit, result: Any) -> Exit:
    """The way out of a Task, Parallel or Map whose work gave ``result``: ResultSelector, ResultPath, OutputPath and
    Assign; or Output and Assign.  Raises StatesError."""
    state = visit.state
    assert isinstance(state, WorkState)
    if isinstance(state, Task):
        visit.stages["result"] = result
    if state.jsonata:
        return _leave_jsonata(visit, visit.scope(result=result), result)
    selected = result if state.result_selector is None else state.result_selector.evaluate(visit.scope(result))
    return _leave_jsonpath(visit, state.result_path, selected, assign_sees=result)


def pass_through(visit: Visit) -> Exit:
    """The whole of a Pass or Succeed state, and of a Wait state after it has waited.  Raises StatesError."""
    state = visit.state
    if state.jsonata:
        effective_input(visit)
        return _leave_jsonata(visit, visit.scope(), visit.input)
    if not isinstance(state, Pass):
        data = effective_input(visit)
        return _exit(visit, state.output_path, data, state.assign, visit.scope(data), state.next)
    if state.result is ABSENT:
        result = work_input(visit)
    else:  # neither InputPath nor Parameters is looked at (recorded from TestState)
        visit.stages["input"] = visit.input
        result = visit.stages["result"] = state.result
    return _leave_jsonpath(visit, state.result_path, result, assign_sees=result)


def leave_by_catch(visit: Visit, catcher: Catcher, error: StatesError) -> Exit:
    """The way out through ``catcher``: its ResultPath over the raw input, or its Output; its Assign.  The state's own
    ResultSelector, ResultPath, OutputPath and Assign are not looked at (recorded from AWS)."""
    caught = error.output()
    if visit.state.jsonata:
        scope = visit.scope(error_output=caught)
        output = caught if catcher.output is None else catcher.output.evaluate(scope)
    else:
        scope = visit.scope(caught)
        output = visit.input if catcher.result_path is None else catcher.result_path.put(visit.input, caught)
    check_size(output, visit.state.name)
    return Exit(output, assign(catcher.assign, scope), catcher.next)


def leave_choice(visit: Visit, output: Value | None, assigned: Value | None, target: str, data: Any) -> Exit:
    """The way out of a Choice by a rule or the default, with that one's Output and Assign."""
    if visit.state.jsonata:
        scope = visit.scope()
        value = visit.input if output is None else output.evaluate(scope)
        check_size(value, visit.state.name)
        return Exit(value, assign(assigned, scope), target)
    return _exit(visit, visit.state.output_path, data, assigned, visit.scope(data), target)


def failure(visit: Visit) -> StatesError:
    """What a Fail state fails with.  Raises StatesError when ErrorPath, CausePath or an expression fails itself."""
    state = visit.state
    assert isinstance(state, Fail)
    scope = visit.scope(effective_input(visit))
    error = None if state.error is None else _text(state.error.evaluate(scope), "ErrorPath")
    cause = None if state.cause is None else _text(state.cause.evaluate(scope), "CausePath")
    return StatesError(error, cause)


def assign(template: Value | None, scope: Scope) -> dict[str, Any]:
    """The new values, all from the old ones.  Raises StatesError."""
    if template is None:
        return {}
    values: dict[str, Any] = template.evaluate(scope)
    check_assigned(values)
    return values


def _note(visit: Visit, stage: str, value: Any) -> None:
    """TestState shows these stages for some types only (recorded): none before the work of Parallel, no Arguments but
    a Task's."""
    if not isinstance(visit.state, Parallel):
        visit.stages[stage] = value


def _arguments(state: State) -> Value | None:
    return state.arguments if isinstance(state, (WorkState, Pass)) else None


def _leave_jsonata(visit: Visit, scope: Scope, default: Any) -> Exit:
    state = visit.state
    output = default if state.output is None else state.output.evaluate(scope)
    check_size(output, state.name)
    return Exit(output, assign(state.assign, scope), state.next)


def _leave_jsonpath(visit: Visit, result_path: Path | None, result: Any, assign_sees: Any) -> Exit:
    state = visit.state
    visit.stages["afterResultSelector"] = result
    data = visit.input if result_path is None else result_path.put(visit.input, result)
    visit.stages["afterResultPath"] = data
    return _exit(visit, state.output_path, data, state.assign, visit.scope(assign_sees), state.next)


def _exit(
    visit: Visit, output_path: Value | None, data: Any, template: Value | None, scope: Scope, target: str | None
) -> Exit:
    output = data if output_path is None else output_path.evaluate(visit.scope(data))
    check_size(output, visit.state.name)
    return Exit(output, assign(template, scope), target)


def _text(value: Any, field_name: str) -> str:
    if not isinstance(value, str):
        raise runtime_error(f"The {field_name} field must refer to a string, but its value is not one.")
    return value
