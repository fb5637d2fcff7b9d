"""Where a Choice state goes."""

from __future__ import annotations

from emulator.asl.dataflow import Exit, Visit, effective_input, leave_choice
from emulator.asl.errors import runtime_error
from emulator.asl.states import Choice


def choose(visit: Visit) -> Exit:
    """The first rule that holds, else Default.  Raises StatesError: no match, a missing variable, a bad Condition."""
    state = visit.state
    assert isinstance(state, Choice)
    data = effective_input(visit)
    scope = visit.scope(data)
    for rule in state.rules:
        if rule.condition.holds(scope):
            return leave_choice(visit, rule.output, rule.assign, rule.next, data)
    if state.default is None:
        # AWS names States.NoChoiceMatched in its docs and reports States.Runtime.
        raise runtime_error("Failed to transition out of the state. The state does not point to a next state.")
    return leave_choice(visit, state.output, state.assign, state.default, data)
