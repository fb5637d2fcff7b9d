"""``events:putEvents``: objects as Detail, the execution among the resources, and failed entries as a failure."""

from __future__ import annotations

from typing import Any

from emulator.asl.errors import StatesError
from emulator.core.jsontext import compact
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.integrations.directory import called
from emulator.services.stepfunctions.integrations.service_call import ServiceCall, metadata, run_operation
from emulator.services.stepfunctions.integrations.shapes import from_response, to_request


class PutEvents(ServiceCall):
    """AWS appends the ARNs of execution and state machine to every entry's Resources (AWS docs, "EventBridge")."""

    async def call(self, attempt: Attempt) -> Any:
        what = called(attempt.resource)
        params = to_request(what.service, what.operation, attempt.arguments)
        execution = attempt.flow.run.execution
        mine = [execution.arn, execution.origin.machine_arn]
        for entry in params.get("Entries") or []:
            entry["Resources"] = [*(entry.get("Resources") or []), *mine]
        answer = from_response(what.service, what.operation, await run_operation(attempt, what, params))
        if answer.get("FailedEntryCount"):
            raise StatesError("EventBridge.FailedEntry", compact(dict(sorted(answer.items()))))
        return answer | metadata(attempt)
