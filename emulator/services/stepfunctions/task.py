"""One attempt of a Task state, with its events."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from emulator.asl.dataflow import Visit, work_input
from emulator.asl.errors import StatesError
from emulator.asl.limits import check_size
from emulator.asl.states import Task
from emulator.asl.timing import TaskLimits, credentials, task_limits
from emulator.core.jsontext import compact
from emulator.services.stepfunctions.activity_task import run_activity
from emulator.services.stepfunctions.answers import Answer, outcome, start_call
from emulator.services.stepfunctions.attempt import Attempt, failure_details, is_timeout
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.integrations import Integration, integration_for
from emulator.services.stepfunctions.integrations.function import call_function
from emulator.services.stepfunctions.store import StepFunctionsStore
from emulator.services.stepfunctions.tokens import Ticket, Tokens


async def run_task(flow: Flow, visit: Visit, state: Task, retries: int) -> Any:
    """Gives the result of the work, before ResultSelector.  Raises StatesError."""
    resource = state.resource
    answer = Answer(flow.run.clock.now())
    token = None
    if resource.waits_for_token or resource.waits_for_end or resource.kind == "activity":
        ticket = Ticket(answer, flow.run.execution, state.name)
        token = _tokens(flow).issue(flow.run.ground.ids, ticket)
        visit.context = flow.context(retries, token)
    try:
        arguments, limits, role = work_input(visit), task_limits(visit), credentials(visit)
        attempt = Attempt(flow, resource, arguments, limits, role, answer, token, retries + 1)
        return await _noted(attempt)
    finally:
        if token is not None:
            _tokens(flow).revoke(token)


def _tokens(flow: Flow) -> Tokens:
    origin = flow.run.execution.origin
    return flow.run.ground.cloud.store(StepFunctionsStore, origin.account, origin.region).tokens


async def _noted(attempt: Attempt) -> Any:
    """Run the attempt as one hop of the journal."""
    flow, journal = attempt.flow, attempt.flow.run.journal
    execution = flow.run.execution
    text = compact(attempt.arguments)
    arn = attempt.resource.arn
    hop = journal.begin("task-run", execution.arn, arn, flow.cause, attempt.number, text, state=flow.name)
    attempt.cause = hop.cause
    if execution.mocks is not None:
        attempt.mock = execution.mocks.next_for(flow.name)
    try:
        result = await _run(attempt)
    except StatesError as error:
        journal.end(hop, error.error or "failed", cause=error.cause)
        raise
    except BaseException as error:
        journal.end(hop, type(error).__name__)
        raise
    journal.end(hop)
    return result


async def _run(attempt: Attempt) -> Any:
    kind = attempt.resource.kind
    if kind == "activity":
        return await run_activity(attempt)
    return await (_run_function(attempt) if kind == "lambda" else _run_integration(attempt))


async def _run_function(attempt: Attempt) -> Any:
    """A function by its ARN: its return value is the result, without a wrapper."""
    flow, arn = attempt.flow, attempt.resource.arn
    scheduled = {"input": attempt.arguments, "resource": arn}
    flow.emit("LambdaFunctionScheduled", scheduled | attempt.times() | attempt.credentials())
    since = attempt.since
    flow.emit("LambdaFunctionStarted")
    try:
        result = await _called(attempt, call_function(attempt), since)
        check_size(result, arn)
    except StatesError as error:
        flow.emit("LambdaFunctionTimedOut" if is_timeout(error) else "LambdaFunctionFailed", failure_details(error))
        raise
    flow.emit("LambdaFunctionSucceeded", {"output": result})
    return result


async def _run_integration(attempt: Attempt) -> Any:
    flow, resource = attempt.flow, attempt.resource
    who = {"resourceType": resource.service, "resource": resource.name}
    about = {**who, "region": flow.run.execution.origin.region, "parameters": attempt.arguments}
    flow.emit("TaskScheduled", about | attempt.times() | attempt.credentials())
    since = attempt.since
    flow.emit("TaskStarted", who)
    integration = integration_for(resource)
    try:
        result = await _called(attempt, integration.call(attempt), since)
        if resource.pattern:
            flow.emit("TaskSubmitted", {**who, "output": result})
            result = await _answered(attempt, integration, result, since)
        check_size(result, resource.service)
    except StatesError as error:
        if not error.bare:  # parameters that fit no request: the execution ends without an event of the task
            flow.emit("TaskTimedOut" if is_timeout(error) else "TaskFailed", who | failure_details(error))
        raise
    flow.emit("TaskSucceeded", {**who, "output": result})
    return result


async def _called(attempt: Attempt, work: Coroutine[Any, Any, Any], since: float) -> Any:
    """The answer of the service itself, in a process of its own: AWS leaves it alone when it takes too long."""
    if attempt.mock is not None:
        work.close()
        return attempt.mock.value()
    clock = attempt.flow.run.clock
    answer = Answer(since)
    start_call(clock, answer, work, f"task {attempt.flow.name}")
    return await outcome(clock, answer, TaskLimits(attempt.limits.timeout, None), since)


async def _answered(attempt: Attempt, integration: Integration, submitted: Any, since: float) -> Any:
    """Wait for the token's answer, or for the end of the job that was started."""
    if attempt.mock is not None:
        return submitted
    clock, answer = attempt.flow.run.clock, attempt.answer
    if attempt.resource.waits_for_token:
        return await outcome(clock, answer, attempt.limits, since, by_client=True)
    follower = start_call(clock, answer, integration.finish(attempt, submitted), "end of a job")
    try:
        return await outcome(clock, answer, attempt.limits, since)
    finally:
        if not follower.done():  # a token's answer, a timeout, or the execution's end came first
            follower.cancel()
            if not answer.settled:
                integration.abandon(attempt, submitted)
