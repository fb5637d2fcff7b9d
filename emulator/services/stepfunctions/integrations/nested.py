"""``states:startExecution``: another execution, started, or waited for (``.sync``, ``.sync:2``)."""

from __future__ import annotations

import json
from typing import Any

from emulator.asl.errors import TASK_FAILED, StatesError
from emulator.asl.scope import ABSENT
from emulator.asl.states.tasks import SYNC_2
from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.core.timestamps import milliseconds
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.ending import stop
from emulator.services.stepfunctions.execution import SUCCEEDED, Execution
from emulator.services.stepfunctions.integrations.directory import called
from emulator.services.stepfunctions.integrations.service_call import ServiceCall, metadata, run_operation
from emulator.services.stepfunctions.integrations.shapes import to_request
from emulator.services.stepfunctions.store import find_execution


class NestedExecution(ServiceCall):
    """A missing or null Input is an empty object (recorded from AWS)."""

    async def call(self, attempt: Attempt) -> Any:
        what = called(attempt.resource)
        params = to_request(what.service, what.operation, attempt.arguments)
        params.setdefault("input", "{}")
        answer = await run_operation(attempt, what, params)
        started = {"ExecutionArn": answer["executionArn"], "StartDate": milliseconds(answer["startDate"])}
        return started | metadata(attempt)

    async def finish(self, attempt: Attempt, submitted: Any) -> Any:
        """The child's description; one that did not succeed is States.TaskFailed with it as cause."""
        run = attempt.flow.run
        child = find_execution(run.ground, submitted["ExecutionArn"])
        while child.running:
            await run.clock.wait(child.ended)
        shown = _described(child, as_text=attempt.resource.pattern != SYNC_2)
        if child.status != SUCCEEDED:
            raise StatesError(TASK_FAILED, compact(shown))
        return shown

    def abandon(self, attempt: Attempt, submitted: Any) -> None:
        ground = attempt.flow.run.ground
        try:
            stop(ground, find_execution(ground, submitted["ExecutionArn"]))
        except AwsError:
            return  # deleted meanwhile


def _described(child: Execution, as_text: bool) -> dict[str, Any]:
    def data(value: Any) -> Any:
        return compact(value) if as_text else value

    failed = child.status != SUCCEEDED
    shown: dict[str, Any] = {
        "Cause": child.failure_cause if failed else None,
        "Error": child.error if failed else None,
        "ExecutionArn": child.arn,
        "Input": child.input_text if as_text or failed else json.loads(child.input_text),
        "InputDetails": {"Included": True},
        "Name": child.name,
        "Output": None if child.output is ABSENT else data(child.output),
        "OutputDetails": None if child.output is ABSENT else {"Included": True},
        "StartDate": milliseconds(child.started),
        "StateMachineArn": child.origin.machine_arn,
        "Status": child.status,
        "StopDate": milliseconds(child.stopped or child.started),
    }
    # An output of null is a value: only what a child does not have is left out.
    keep = {"Output"} if child.output is not ABSENT else set()
    return {name: value for name, value in shown.items() if value is not None or name in keep}
