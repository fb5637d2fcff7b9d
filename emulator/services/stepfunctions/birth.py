"""New executions."""

from __future__ import annotations

from typing import Any

from emulator.asl.jackson import JsonSyntaxError, read_json
from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.stepfunctions.execution import Execution, Origin
from emulator.services.stepfunctions.history import History
from emulator.services.stepfunctions.log_delivery import log_listener


def read_input(text: str) -> Any:
    """An execution's input.  Raises InvalidExecutionInput in the words of AWS's JSON reader."""
    try:
        if not text.strip():
            raise JsonSyntaxError("Invalid execution input.", text, 0)
        return read_json(text)
    except JsonSyntaxError as error:
        message = f"Invalid State Machine Execution Input: '{error.message}'"
        raise AwsError("InvalidExecutionInput", message) from None


def new_execution(
    ground: Ground, origin: Origin, arn: str, name: str, input_text: str, data: Any, cause: Cause
) -> Execution:
    """An execution with its first event; ``starting.launch`` sets it going."""
    now = ground.clock.now()
    execution = Execution(arn, name, origin, input_text, data, now, cause, History(not origin.express))
    execution.history.listener = log_listener(ground, execution)
    details: dict[str, Any] = {"input": data, "roleArn": origin.revision.role}
    if origin.alias_arn is not None:
        details["stateMachineAliasArn"] = origin.alias_arn
    if origin.version_arn is not None:
        details["stateMachineVersionArn"] = origin.version_arn
    execution.history.add("ExecutionStarted", now, details, 0)
    return execution
