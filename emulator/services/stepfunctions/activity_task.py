"""A Task that a worker outside does: it polls GetActivityTask and answers with a token."""

from __future__ import annotations

from typing import Any

from emulator.asl.errors import StatesError, runtime_error
from emulator.asl.limits import check_size
from emulator.core.errors import AwsError
from emulator.services.stepfunctions.activity import ActivityTask
from emulator.services.stepfunctions.answers import outcome
from emulator.services.stepfunctions.attempt import Attempt, failure_details, is_timeout
from emulator.services.stepfunctions.store import find_activity


async def run_activity(attempt: Attempt) -> Any:
    """Gives the worker's output.  The timeout runs from scheduling (recorded from AWS).  Raises StatesError."""
    flow, arn = attempt.flow, attempt.resource.arn
    clock = flow.run.clock
    try:
        activity = find_activity(flow.run.ground, arn)
    except AwsError:
        raise runtime_error(f"The activity {arn} does not exist.") from None
    assert attempt.token is not None
    flow.emit("ActivityScheduled", {"input": attempt.arguments, "resource": arn} | attempt.times())
    since = attempt.since
    task = ActivityTask(attempt.token, attempt.arguments, attempt.answer, on_start=lambda: _started(attempt, task))
    try:
        if attempt.mock is not None:
            flow.emit("ActivityStarted", {})
            result = attempt.mock.value()
        else:
            activity.schedule(task)
            result = await outcome(clock, attempt.answer, attempt.limits, since, by_client=True)
        check_size(result, arn)
    except StatesError as error:
        flow.emit("ActivityTimedOut" if is_timeout(error) else "ActivityFailed", failure_details(error))
        raise
    finally:
        activity.withdraw(attempt.token)
    flow.emit("ActivitySucceeded", {"output": result})
    return result


def _started(attempt: Attempt, task: ActivityTask) -> None:
    attempt.flow.emit("ActivityStarted", {"workerName": task.worker} if task.worker else {})
    attempt.answer.heartbeat(attempt.flow.run.clock.now(), task.outside)
