"""How executions end: by themselves, by StopExecution, by their time limit."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Ground
from emulator.services.stepfunctions.execution import (
    ABORTED,
    FAILED,
    SUCCEEDED,
    TIMED_OUT,
    Execution,
)
from emulator.services.stepfunctions.status_events import announce


def succeed(ground: Ground, execution: Execution, output: Any, previous: int) -> None:
    now = ground.clock.now()
    execution.history.add("ExecutionSucceeded", now, {"output": output}, previous)
    execution.output = output
    execution.root = None
    _end(ground, execution, SUCCEEDED, now)


def fail(ground: Ground, execution: Execution, error: str | None, cause: str | None, previous: int) -> None:
    now = ground.clock.now()
    execution.history.add("ExecutionFailed", now, _present(error, cause), previous)
    execution.error, execution.failure_cause = error, cause
    _end(ground, execution, FAILED, now)


def time_out(ground: Ground, execution: Execution, when: float) -> None:
    """The execution's own limit is reached; ``when`` is the exact instant, though time may have jumped past it."""
    if not execution.running:
        return
    execution.history.add("ExecutionTimedOut", when, {"error": "States.Timeout"}, 0)
    _end(ground, execution, TIMED_OUT, when)


def stop(ground: Ground, execution: Execution, error: str | None = None, cause: str | None = None) -> float:
    """StopExecution; gives the stop date.  Nothing is written for the states that are open (recorded from AWS)."""
    if execution.running:
        now = ground.clock.now()
        execution.history.add("ExecutionAborted", now, _present(error, cause), 0)
        execution.error, execution.failure_cause = error, cause
        _end(ground, execution, ABORTED, now)
    return execution.stopped or execution.started


def _present(error: str | None, cause: str | None) -> dict[str, str]:
    return {name: text for name, text in (("error", error), ("cause", cause)) if text is not None}


def _end(ground: Ground, execution: Execution, status: str, when: float) -> None:
    execution.history.close()
    execution.status, execution.stopped = status, when
    if execution.limit is not None:
        execution.limit.cancel()
        execution.limit = None
    process, execution.process = execution.process, None
    if process is not None and status in (ABORTED, TIMED_OUT):
        process.cancel()
    execution.ended.wake_all()
    announce(ground, execution)
