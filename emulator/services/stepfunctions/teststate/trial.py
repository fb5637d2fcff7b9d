"""Running one state for TestState."""

from __future__ import annotations

import json
from typing import Any

from emulator.asl.choice import choose
from emulator.asl.dataflow import Exit, Visit, failure, leave, leave_by_catch, pass_through, work_input
from emulator.asl.errors import StatesError
from emulator.asl.items import as_read, read_items
from emulator.asl.maps import THRESHOLD, iteration_input, map_items, map_settings, max_items, note_settings
from emulator.asl.retry import backoff, catcher_index, retrier_for
from emulator.asl.scope import Host
from emulator.asl.states import Choice, Fail, Map, Parallel, StateMachine, Task, Wait, WorkState
from emulator.asl.timing import TaskLimits, credentials, task_limits, wake_at
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.stepfunctions import errors
from emulator.services.stepfunctions.answers import Answer, outcome, start_call, timed_out
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.context import state_context
from emulator.services.stepfunctions.execution import Execution, Origin
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.history import History
from emulator.services.stepfunctions.integrations import integration_for
from emulator.services.stepfunctions.integrations.function import call_function
from emulator.services.stepfunctions.machine import Revision
from emulator.services.stepfunctions.run import Launcher, Run
from emulator.services.stepfunctions.teststate.question import Question

# The name that AWS gives the state, whatever it is called.
NAME = "StateName"
# Seconds; "If the execution of a state exceeds this duration, it fails with the States.Timeout error" (API reference).
_LONGEST = 300
_NUMBERS = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage")


class Trial:
    """One state, entered now."""

    def __init__(self, call: Call, question: Question) -> None:
        self._call = call
        self._question = question
        self._flow = _flow(call, question)
        self._visit = self._make_visit()
        self._details: dict[str, Any] = {}

    def _make_visit(self) -> Visit:
        question, flow = self._question, self._flow
        context = question.context
        if context is None:
            retries = question.retries if isinstance(question.state, WorkState) else None
            now = self._call.clock.now()
            context = state_context(flow.run.context, NAME, now, retries)
            if question.role is None:
                context["Execution"] = {**context["Execution"], "RoleArn": None}
        return Visit(question.state, question.input, context, question.variables, flow.run.host)

    async def run(self) -> dict[str, Any]:
        """TestState's answer."""
        try:
            way = await self._leave()
        except StatesError as error:
            return self._failed(error)
        return self._answer("SUCCEEDED", way)

    async def _leave(self) -> Exit:
        visit, state = self._visit, self._question.state
        if isinstance(state, Choice):
            return choose(visit)
        if isinstance(state, Fail):
            raise failure(visit)
        if isinstance(state, Wait):
            clock = self._call.clock
            now = clock.now()
            seconds = wake_at(visit, now) - now
            await clock.sleep(min(max(0.0, seconds), _LONGEST), label="Wait state")
            if seconds > _LONGEST:
                raise timed_out()
            return pass_through(visit)
        if not isinstance(state, WorkState):
            return pass_through(visit)
        return leave(visit, await self._work())

    async def _work(self) -> Any:
        state, mock = self._question.state, self._question.mock
        if isinstance(state, Map):
            self._look_at_items()
        else:
            arguments = work_input(self._visit)
            if isinstance(state, Task) and mock is None:
                return await self._call_service(state, arguments)
            assert isinstance(state, (Task, Parallel))
        assert mock is not None
        if mock.failed:
            raise StatesError(mock.error, mock.cause)
        return mock.result

    def _look_at_items(self) -> None:
        """The Map up to its work, which is mocked."""
        visit, question = self._visit, self._question
        settings = map_settings(visit)
        items = self._items()
        note_settings(visit, settings)
        count = question.failed_iterations
        if count > len(items):
            text = "Map iteration failure count must be less than or equal to the number of Map iterations"
            raise errors.validation(text)
        tolerant = settings.tolerated_failure_count is not None or settings.tolerated_failure_percentage is not None
        mocked_error = question.mock is not None and question.mock.failed
        if tolerant and not mocked_error and settings.exceeded(count, len(items)):
            raise StatesError(THRESHOLD.error, THRESHOLD.cause)

    def _items(self) -> list[Any]:
        """The items, and each iteration's input where ItemSelector makes it.  Raises StatesError."""
        visit, text = self._visit, self._question.item_data
        state = visit.state
        assert isinstance(state, Map)
        if text is None:
            items = map_items(visit)
        else:
            items = read_items(text.encode(), as_read(state.item_reader), max_items(visit))
        if state.item_selector is not None:
            inputs = [iteration_input(visit, index, item) for index, item in enumerate(items)]
            visit.stages["afterItemSelector"] = inputs
        return items

    async def _call_service(self, state: Task, arguments: Any) -> Any:
        visit, answer = self._visit, Answer(self._call.clock.now())
        limits, role = task_limits(visit), credentials(visit)
        attempt = Attempt(self._flow, state.resource, arguments, limits, role, answer, None, 1, self._call.cause)
        is_function = state.resource.kind == "lambda"
        work = call_function(attempt) if is_function else integration_for(state.resource).call(attempt)
        clock = self._call.clock
        start_call(clock, answer, work, "tested state")
        timeout = min(limits.timeout or _LONGEST, _LONGEST)
        return await outcome(clock, answer, TaskLimits(timeout, None), clock.now())

    def _failed(self, error: StatesError) -> dict[str, Any]:
        state = self._question.state
        if isinstance(state, WorkState):
            index = retrier_for(state.retry, error)
            if index is not None:
                self._details["retryIndex"] = index
                if self._question.retries < state.retry[index].max_attempts:
                    seconds = backoff(state.retry[index], self._question.retries)
                    self._details["retryBackoffIntervalSeconds"] = int(seconds)
                    return self._answer("RETRIABLE", None, error)
            caught = catcher_index(state.catch, error)
            if caught is not None:
                self._details = {"catchIndex": caught}
                try:
                    way = leave_by_catch(self._visit, state.catch[caught], error)
                except StatesError as failed_again:
                    return self._answer("FAILED", None, failed_again)
                return self._answer("CAUGHT_ERROR", way, error)
        return self._answer("FAILED", None, error)

    def _answer(self, status: str, way: Exit | None, error: StatesError | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = {"status": status}
        variables = dict(self._question.variables)
        if way is not None:
            answer["output"] = _shown(way.output)
            variables |= way.assigned
            if way.next is not None:
                answer["nextState"] = way.next
        if error is not None and error.error is not None:
            answer["error"] = error.error
        if error is not None and error.cause is not None:
            answer["cause"] = error.cause
        if self._question.inspect:
            answer["inspectionData"] = self._inspection(variables)
        return answer

    def _inspection(self, variables: dict[str, Any]) -> dict[str, Any]:
        shown = {stage: value if stage in _NUMBERS else _shown(value) for stage, value in self._visit.stages.items()}
        if variables:
            shown["variables"] = _shown(variables)
        if self._details:
            shown["errorDetails"] = self._details
        return shown


def _shown(value: Any) -> str:
    """JSON as TestState writes it: with blanks, unlike histories (recorded from AWS)."""
    return json.dumps(value, ensure_ascii=False)


def _flow(call: Call, question: Question) -> Flow:
    """A line of control that belongs to no stored execution; its ids look like an Express one's (recorded)."""
    ids, ground = call.ids, call.ground
    machine, name = ids.uuid(), ids.uuid()
    workflow = StateMachine(start_at=question.state.name, states={question.state.name: question.state})
    revision = Revision("", workflow, question.role or "", {}, {}, None, call.clock.now())
    origin = Origin(
        machine_arn=call.arn("states", f"stateMachine:{machine}"),
        machine_name=machine,
        account=call.account,
        region=call.region,
        express=True,
        revision=revision,
        workflow=workflow,
        seconds=None,
    )
    arn = call.arn("states", f"express:{machine}:{name}:{ids.uuid()}")
    text = compact(question.input)
    execution = Execution(arn, name, origin, text, question.input, call.clock.now(), call.cause, History(keeping=False))
    run = Run(ground, execution, Host(ids, call.clock.now), Launcher(_never, _never))
    return Flow(run, workflow, question.input, question.variables, 0, call.cause)


def _never(*_arguments: Any) -> None:
    raise AssertionError("a tested state starts no executions of its own")
