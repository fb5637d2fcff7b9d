"""What a Task can call: service integrations, all through the courier."""

from __future__ import annotations

from typing import Any, Protocol

from emulator.asl.states import Resource
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.integrations.api_gateway import ApiGatewayInvoke
from emulator.services.stepfunctions.integrations.function import LambdaInvoke
from emulator.services.stepfunctions.integrations.http_task import HttpInvoke
from emulator.services.stepfunctions.integrations.nested import NestedExecution
from emulator.services.stepfunctions.integrations.put_events import PutEvents
from emulator.services.stepfunctions.integrations.run_task import RunTask
from emulator.services.stepfunctions.integrations.service_call import ServiceCall


class Integration(Protocol):
    """One kind of call.  All raise StatesError."""

    async def call(self, attempt: Attempt) -> Any:
        """The service's answer: the result, or for other patterns than request-response what was submitted."""

    async def finish(self, attempt: Attempt, submitted: Any) -> Any:
        """Wait for the end of the job that ``call`` has started (``.sync``)."""

    def abandon(self, attempt: Attempt, submitted: Any) -> None:
        """Stop that job: nobody waits for it any more."""


_SPECIAL: dict[tuple[str, str], Integration] = {
    ("apigateway", "invoke"): ApiGatewayInvoke(),
    ("ecs", "runTask"): RunTask(),
    ("events", "putEvents"): PutEvents(),
    ("http", "invoke"): HttpInvoke(),
    ("lambda", "invoke"): LambdaInvoke(),
    ("states", "startExecution"): NestedExecution(),
}
_GENERAL = ServiceCall()


def integration_for(resource: Resource) -> Integration:
    return _SPECIAL.get((resource.service, resource.action), _GENERAL)
