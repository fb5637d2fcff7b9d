"""Whether an execution may be redriven.  AWS docs, "Restarting state machine executions with redrive"."""

from __future__ import annotations

from emulator.core.errors import AwsError
from emulator.services.stepfunctions.execution import Execution
from emulator.services.stepfunctions.history import LIMIT

_PERIOD = 14 * 86_400
_YEAR = 365 * 86_400
_MOST = 1_000


def check_redrivable(execution: Execution, now: float) -> None:
    """Raises ExecutionNotRedrivable with AWS's reason."""
    reason = execution.redrive_status_reason or _expired(execution, now)
    if reason is not None:
        raise AwsError("ExecutionNotRedrivable", reason)


def _expired(execution: Execution, now: float) -> str | None:
    if len(execution.history) >= LIMIT - 1:
        return "Execution history event limit exceeded."
    if now - execution.started >= _YEAR:
        return "Execution has exceeded the max execution time."
    if now - (execution.stopped or now) > _PERIOD or execution.redrives >= _MOST:
        return "Execution redrivable period exceeded."
    return None
