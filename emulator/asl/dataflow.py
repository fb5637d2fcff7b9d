"""How data goes through a state: what it works on, what it leaves behind, and what it stores in variables.

AWS docs, "Processing input and output" (JSONPath) and "Transforming data with JSONata".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.asl.errors import StatesError
from emulator.asl.scope import Host
from emulator.asl.states import Catcher, Fail, State


@dataclass(slots=True)
class Visit:
    """One visit of a state.  ``input`` is the raw state input, ``context`` the context object of this very moment
    (replace it before each attempt of a Task), ``variables`` the values from before the state.

    ``stages`` fills up while the functions below work: TestState's inspection data (``input``, ``afterInputPath``,
    ``afterParameters``, ``afterArguments``, ``result``, ``afterResultSelector``, ``afterResultPath``,
    ``afterItemsPath``), plain JSON values; on failure only the stages passed are there.
    """

    state: State
    input: Any
    context: Mapping[str, Any]
    variables: Mapping[str, Any]
    host: Host
    stages: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exit:
    """``next`` None: the workflow ends here.  ``assigned``: what history shows; the service stores it."""

    output: Any
    assigned: Mapping[str, Any]
    next: str | None


def effective_input(visit: Visit) -> Any:
    """The state's input after InputPath (a JSONata state's input as it is)."""
    raise NotImplementedError


def work_input(visit: Visit) -> Any:
    """What a Task, Parallel or Pass works on: effective input → Parameters, or Arguments (default: the input)."""
    raise NotImplementedError


def leave(visit: Visit, result: Any) -> Exit:
    """The way out of Pass, Wait, Succeed, Task, Parallel, Map: ResultSelector, ResultPath, OutputPath, Assign; or
    Output and Assign.  For Pass, Wait and Succeed use ``pass_through``."""
    raise NotImplementedError


def pass_through(visit: Visit) -> Exit:
    """The whole of a Pass, Succeed, or (after waiting) Wait state."""
    raise NotImplementedError


def leave_by_catch(visit: Visit, catcher: Catcher, error: StatesError) -> Exit:
    """The way out through ``catcher``: its ResultPath over the raw input, or its Output; its Assign."""
    raise NotImplementedError


def failure(visit: Visit) -> StatesError:
    """What a Fail state fails with.  Raises StatesError when ErrorPath, CausePath or an expression fails itself."""
    assert isinstance(visit.state, Fail)
    raise NotImplementedError
