"""A line of control through states: the main line of an execution, a branch of a Parallel, an iteration of a Map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from emulator.asl.dataflow import Exit, Visit
from emulator.asl.errors import StatesError
from emulator.asl.states import State, Workflow
from emulator.core.cause import Cause
from emulator.services.stepfunctions.context import state_context

if TYPE_CHECKING:
    from emulator.services.stepfunctions.map_run import MapRun
    from emulator.services.stepfunctions.run import Run


class Flow:
    """Where one line of control is, and what it knows.

    ``cursor``     the id of its latest event: the ``previousEventId`` of its next
    ``entered``    the id of the current state's Entered event, 0 before it; ``before`` is the event before that
    ``variables``  a new mapping at each Assign, so branches start with what their parent had and keep theirs
    ``at``         the instant at which the current state was entered; ``born`` the one of the first state: branches and
                   iterations that start together have equal timeouts, however long starting them takes
    ``item``       ``$$.Map.Item`` of the innermost Map
    ``children``   the branches or iterations of the current state; ``map_run`` those of a distributed Map
    ``resumed``    a redrive goes on with the current state: no second Entered event, finished children are kept
    ``broken``     a child has failed in the current attempt of a Parallel or Map
    """

    __slots__ = (
        "at",
        "before",
        "born",
        "broken",
        "cause",
        "children",
        "cursor",
        "done",
        "entered",
        "input",
        "item",
        "map_run",
        "name",
        "output",
        "resumed",
        "run",
        "variables",
        "workflow",
    )

    def __init__(
        self,
        run: Run,
        workflow: Workflow,
        data: Any,
        variables: Mapping[str, Any],
        cursor: int,
        cause: Cause,
        item: dict[str, Any] | None = None,
        born: float | None = None,
    ) -> None:
        self.run = run
        self.workflow = workflow
        self.name = workflow.start_at
        self.input = data
        self.variables = variables
        self.cursor = cursor
        self.cause = cause
        self.item = item
        self.entered = 0
        self.before = 0
        self.at = 0.0
        self.born = born
        self.children: list[Flow] | None = None
        self.map_run: MapRun | None = None
        self.broken = False
        self.resumed = False
        self.done = False
        self.output: Any = None

    @property
    def state(self) -> State:
        return self.workflow.states[self.name]

    def emit(self, kind: str, details: Mapping[str, Any] | None = None, previous: int | None = None) -> int:
        """Write an event of this line and move on to it."""
        self.cursor = self.run.write(kind, details, self.cursor if previous is None else previous)
        return self.cursor

    def enter(self, state: State) -> None:
        """Write down that ``state`` begins."""
        run = self.run
        self.before = self.cursor
        self.at = run.clock.now() if self.born is None else self.born
        self.born = None
        self.entered = self.emit(f"{state.type}StateEntered", {"name": state.name, "input": self.input})
        arn = run.execution.arn
        self.cause = run.journal.note("state-enter", arn, state.name, run.execution.cause, type=state.type).cause

    def leave(self, state: State, way: Exit) -> None:
        """Write down that ``state`` has ended, take its variables, and go to the next one."""
        run = self.run
        details: dict[str, Any] = {"name": state.name, "output": way.output}
        if way.assigned:
            details["assignedVariables"] = way.assigned
            self.variables = {**self.variables, **way.assigned}
        self.emit(f"{state.type}StateExited", details)
        run.journal.note("state-exit", run.execution.arn, state.name, self.cause, next=way.next)
        self.entered = 0
        self.children = self.map_run = None
        if way.next is None:
            self.output, self.done = way.output, True
        else:
            self.name, self.input = way.next, way.output

    def context(self, retries: int | None = None, token: str | None = None) -> dict[str, Any]:
        """The context object of this moment."""
        return state_context(self.run.context, self.name, self.at, retries, self.item, token)

    def visit(self, state: State, retries: int | None = None) -> Visit:
        return Visit(state, self.input, self.context(retries), self.variables, self.run.host)

    def settle(self, error: StatesError) -> StatesError:
        """The error of the current state as it is reported, its EvaluationFailed event written.

        What comes back is no failed evaluation any more for whoever it reaches next.
        """
        named = error.entered(self.name, self.entered)
        if not named.evaluation:
            return named
        details = {"error": named.error, "cause": named.cause, "location": named.location, "state": self.name}
        # Recorded from AWS: the event goes back to before the state, except for a Wait's Timestamp.
        previous = self.entered if named.location == "Timestamp" else self.before
        present = {name: value for name, value in details.items() if value is not None}
        self.emit("EvaluationFailed", present, previous)
        return StatesError(named.error, named.cause)

    def resume(self, cursor: int) -> None:
        """Get ready to go on after a redrive, children included."""
        self.resumed, self.broken, self.cursor = True, False, cursor
        for child in self.children or ():
            if not child.done and child.cursor:
                child.resume(cursor)
