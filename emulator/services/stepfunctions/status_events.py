"""``Step Functions Execution Status Change`` on the default event bus."""

from __future__ import annotations

from typing import Any

from emulator.asl.scope import ABSENT
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.core.timestamps import milliseconds
from emulator.services.stepfunctions.execution import Execution

DETAIL_TYPE = "Step Functions Execution Status Change"
_SOURCE = "aws.states"
_MOST = 248 * 1024


def announce(ground: Ground, execution: Execution) -> None:
    """Tell EventBridge; Express executions do not (AWS docs, "Automating event delivery with EventBridge")."""
    courier = ground.courier
    if execution.origin.express or not courier.can_deliver("events"):
        return
    origin = execution.origin
    bus = f"arn:aws:events:{origin.region}:{origin.account}:event-bus/default"
    detail = compact(event_detail(execution))
    parameters = {"DetailType": DETAIL_TYPE, "Source": _SOURCE, "Resources": [execution.arn]}

    async def send() -> None:
        await courier.deliver(bus, detail, source=execution.arn, cause=execution.cause, parameters=parameters)

    ground.clock.spawn(send(), "execution status change")


def event_detail(execution: Execution) -> dict[str, Any]:
    """The event's detail (recorded from AWS): instants in milliseconds, absent values null; data that is too large is
    null and not included."""
    origin = execution.origin
    output = None if execution.output is ABSENT else compact(execution.output)
    shown_input, shown_output = _fitting(execution.input_text), _fitting(output)
    stopped, redriven = execution.stopped, execution.redriven
    return {
        "executionArn": execution.arn,
        "stateMachineArn": origin.machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": milliseconds(execution.started),
        "stopDate": None if stopped is None else milliseconds(stopped),
        "input": shown_input,
        "output": shown_output,
        "stateMachineVersionArn": origin.version_arn,
        "stateMachineAliasArn": origin.alias_arn,
        "redriveCount": execution.redrives,
        "redriveDate": None if redriven is None else milliseconds(redriven),
        "redriveStatus": execution.redrive_status,
        "redriveStatusReason": execution.redrive_status_reason,
        "inputDetails": {"included": shown_input is not None},
        "outputDetails": None if output is None else {"included": shown_output is not None},
        "error": execution.error,
        "cause": execution.failure_cause,
    }


def _fitting(text: str | None) -> str | None:
    return text if text is not None and len(text.encode()) <= _MOST else None
