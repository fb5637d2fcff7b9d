"""Plain calls of AWS operations: ``sqs:sendMessage``, ``dynamodb:getItem``, ``aws-sdk:*``."""

from __future__ import annotations

from typing import Any

from emulator.asl.errors import RUNTIME, StatesError
from emulator.core.errors import AwsError
from emulator.core.timestamps import iso_milliseconds
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.integrations.directory import Called, called
from emulator.services.stepfunctions.integrations.failures import service_failure
from emulator.services.stepfunctions.integrations.shapes import from_response, to_request

_DATE = "EEE, dd MMM yyyy"


class ServiceCall:
    """Any operation that the house answers, as an SDK would call it."""

    async def call(self, attempt: Attempt) -> Any:
        what = called(attempt.resource)
        params = to_request(what.service, what.operation, attempt.arguments)
        answer = from_response(what.service, what.operation, await run_operation(attempt, what, params), what.sdk)
        return answer if what.sdk else answer | metadata(attempt)

    async def finish(self, attempt: Attempt, submitted: Any) -> Any:
        raise StatesError(RUNTIME, f"{attempt.resource.arn} is not emulated: its job cannot be waited for.", bare=True)

    def abandon(self, attempt: Attempt, submitted: Any) -> None:
        """There is no job."""


async def run_operation(attempt: Attempt, what: Called, params: dict[str, Any]) -> dict[str, Any]:
    """The API's own answer.  Raises StatesError."""
    run = attempt.flow.run
    origin = run.execution.origin
    courier = run.ground.courier
    try:
        return await courier.call(
            what.service,
            what.operation,
            params,
            account=origin.account,
            region=origin.region,
            cause=attempt.cause,
        )
    except AwsError as error:
        raise service_failure(what, error, run.ground.ids) from error


def metadata(attempt: Attempt) -> dict[str, Any]:
    """What the Java SDK adds to the answers of optimized integrations."""
    run = attempt.flow.run
    request_id = run.ground.ids.uuid()
    headers = {"x-amzn-RequestId": request_id, "Date": iso_milliseconds(run.clock.now())}
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }
