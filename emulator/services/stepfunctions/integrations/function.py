"""Lambda functions: by ARN, and through ``lambda:invoke``."""

from __future__ import annotations

from typing import Any

from emulator.asl.errors import StatesError
from emulator.asl.jackson import read_json
from emulator.core.courier import Delivery, FunctionResult
from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.services.stepfunctions.attempt import Attempt
from emulator.services.stepfunctions.integrations.directory import called
from emulator.services.stepfunctions.integrations.failures import service_failure
from emulator.services.stepfunctions.integrations.service_call import ServiceCall, metadata, run_operation
from emulator.services.stepfunctions.integrations.shapes import from_response, to_request

_UNKNOWN = "Lambda.Unknown"
# The platform's own failures, not the handler's: AWS docs name Lambda.Unknown for them.
_PLATFORM = ("Sandbox.", "Runtime.ExitError", "Runtime.OutOfMemory")


async def call_function(attempt: Attempt) -> Any:
    """The function's return value.  Raises StatesError with the payload as the runtime wrote it as cause."""
    run = attempt.flow.run
    delivery = await run.ground.courier.deliver(
        attempt.resource.arn,
        compact(attempt.arguments),
        source=run.execution.arn,
        cause=attempt.cause,
        parameters={"InvocationType": "RequestResponse"},
        attempt=attempt.number,
    )
    if not delivery.ok:
        raise _undelivered(attempt, delivery)
    result: FunctionResult = delivery.result
    text = result.payload.decode("utf-8", "replace")
    if result.function_error:
        raise _function_failure(text, text)
    return _value(text)


def _undelivered(attempt: Attempt, delivery: Delivery) -> StatesError:
    codes = {"NO_RESOURCE": "ResourceNotFoundException", "THROTTLING": "TooManyRequestsException"}
    error = AwsError(codes.get(delivery.code, "ServiceException"), delivery.message)
    return service_failure(called(attempt.resource), error, attempt.flow.run.ground.ids)


def _function_failure(text: str, cause: str) -> StatesError:
    """``errorType`` names the error; without one, or when the platform ended the function, it is unknown."""
    value = _value(text)
    name = value.get("errorType") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name or name.startswith(_PLATFORM):
        name = _UNKNOWN
    return StatesError(name, cause)


def _payload(payload: Any) -> str:
    """A text that is JSON is sent as it is (recorded from AWS); without a payload the function gets ``{}``."""
    if isinstance(payload, str):
        try:
            read_json(payload)
        except ValueError:
            return compact(payload)
        return payload
    return compact({} if payload is None else payload)


def _value(text: str) -> Any:
    try:
        return read_json(text) if text else None
    except ValueError:
        return text


class LambdaInvoke(ServiceCall):
    """``lambda:invoke``: parameters and answer as the Invoke API's, the payload as JSON."""

    async def call(self, attempt: Attempt) -> Any:
        what = called(attempt.resource)
        arguments = attempt.arguments if isinstance(attempt.arguments, dict) else {}
        payload = arguments.get("Payload")
        rest = {name: value for name, value in arguments.items() if name != "Payload"}
        params = to_request(what.service, what.operation, rest)
        params["Payload"] = _payload(payload).encode()
        answer = await run_operation(attempt, what, params)
        text = bytes(answer.pop("Payload", b"") or b"").decode("utf-8", "replace")
        if answer.get("FunctionError"):
            raise _function_failure(text, compact(_value(text)))
        shown = from_response(what.service, what.operation, answer)
        if text:
            shown["Payload"] = _value(text)
        return shown | metadata(attempt)
