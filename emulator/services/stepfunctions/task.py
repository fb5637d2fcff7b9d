"""One attempt of a Task state, with its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.asl.dataflow import Visit, work_input
from emulator.asl.errors import StatesError
from emulator.asl.limits import check_size
from emulator.asl.states import Resource, Task
from emulator.asl.timing import TaskLimits, credentials, task_limits
from emulator.core.cause import Cause
from emulator.core.jsontext import compact
from emulator.core.timers import TimerKind
from emulator.services.stepfunctions.activity_task import run_activity
from emulator.services.stepfunctions.answers import Answer, outcome, start_call
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.integrations import Integration, integration_for
from emulator.services.stepfunctions.integrations.function import call_function
from emulator.services.stepfunctions.store import StepFunctionsStore
from emulator.services.stepfunctions.tokens import Ticket


async def run_task(flow: Flow, visit: Visit, state: Task, retries: int) -> Any:
    """Gives the result of the work, before ResultSelector.  Raises StatesError."""
    resource = state.resource
    run = flow.run
    origin = run.execution.origin
    tokens = run.ground.cloud.store(StepFunctionsStore, origin.account, origin.region).tokens
    answer = Answer(run.clock.now())
    token = None
    if resource.waits_for_token or resource.waits_for_end or resource.kind == "activity":
        token = tokens.issue(run.ground.ids, Ticket(answer, run.execution, state.name))
        visit.context = flow.context(retries, token)
    try:
        attempt = Attempt(flow, resource, work_input(visit), task_limits(visit), credentials(visit), answer, token)
        hop = run.journal.begin(
            "task-run",
            run.execution.arn,
            resource.arn,
            flow.cause,
            retries + 1,
            compact(attempt.arguments),
            state=state.name,
        )
        attempt.cause = hop.cause
        try:
            result = await _run(attempt)
        except BaseException as error:
            failed = (error.error or "failed") if isinstance(error, StatesError) else type(error).__name__
            run.journal.end(hop, failed)
            raise
        run.journal.end(hop)
        return result
    finally:
        if token is not None:
            tokens.revoke(token)


async def _run(attempt: Attempt) -> Any:
    resource = attempt.resource
    mocked = attempt.mocked()
    if resource.kind == "activity" and mocked is None:
        return await run_activity(attempt)
    if resource.kind == "lambda":
        return await _run_function(attempt)
    return await _run_integration(attempt)


async def _run_function(attempt: Attempt) -> Any:
    """A function by its ARN: its return value is the result, without a wrapper."""
    flow, resource = attempt.flow, attempt.resource
    scheduled = {"input": attempt.arguments, "resource": resource.arn}
    flow.emit("LambdaFunctionScheduled", scheduled | attempt.times() | attempt.credentials())
    since = flow.run.clock.now()
    flow.emit("LambdaFunctionStarted")
    try:
        result = await _called(attempt, call_function(attempt), since)
        check_size(result, resource.arn)
    except StatesError as error:
        kind = "LambdaFunctionTimedOut" if attempt.is_timeout(error) else "LambdaFunctionFailed"
        flow.emit(kind, attempt.failure(error))
        raise
    flow.emit("LambdaFunctionSucceeded", {"output": result})
    return result


async def _run_integration(attempt: Attempt) -> Any:
    flow, resource = attempt.flow, attempt.resource
    origin = flow.run.execution.origin
    who = {"resourceType": resource.service, "resource": resource.name}
    about = {**who, "region": origin.region, "parameters": attempt.arguments}
    flow.emit("TaskScheduled", about | attempt.times() | attempt.credentials())
    since = flow.run.clock.now()
    flow.emit("TaskStarted", who)
    integration = integration_for(resource)
    try:
        result = await _called(attempt, integration.call(attempt), since)
        if resource.pattern:
            flow.emit("TaskSubmitted", {**who, "output": result})
            result = await _answered(attempt, integration, result, since)
        check_size(result, integration.size_name)
    except StatesError as error:
        kind = "TaskTimedOut" if attempt.is_timeout(error) else "TaskFailed"
        flow.emit(kind, who | attempt.failure(error))
        raise
    flow.emit("TaskSucceeded", {**who, "output": result})
    return result


async def _called(attempt: Attempt, work: Any, since: float) -> Any:
    """The answer of the service itself, in a process of its own: AWS leaves it alone when it takes too long."""
    clock = attempt.flow.run.clock
    mocked = attempt.mocked()
    if mocked is not None:
        work.close()
        attempt.taken_from_mock = True
        return mocked.value()
    answer = Answer(since)
    start_call(clock, answer, work, f"task {attempt.flow.name}")
    return await outcome(clock, answer, TaskLimits(attempt.limits.timeout, None), since, TimerKind.OWED)


async def _answered(attempt: Attempt, integration: Integration, submitted: Any, since: float) -> Any:
    """Wait for the token's answer, or for the end of the job that was started."""
    clock = attempt.flow.run.clock
    if attempt.taken_from_mock:
        return submitted
    if attempt.resource.waits_for_token:
        return await outcome(clock, attempt.answer, attempt.limits, since, TimerKind.OUTSIDE)
    start_call(clock, attempt.answer, integration.finish(attempt, submitted), "end of a job")
    try:
        return await outcome(clock, attempt.answer, attempt.limits, since, TimerKind.OWED)
    except BaseException:
        if not attempt.answer.settled:
            integration.abandon(attempt, submitted)
        raise
