"""What the courier hands to functions: events of rules and topics, destination records, synchronous calls of APIs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.core.courier import DeliveryFailedError, FunctionResult, Parcel
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.lambda_ import errors
from emulator.services.lambda_.async_queue import enqueue
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.invocation import Job, run
from emulator.services.lambda_.names import LATEST
from emulator.services.lambda_.payload import check_size, read_payload
from emulator.services.lambda_.store import store_of


def adapter(ground: Ground) -> Callable[[Parcel], Awaitable[Any]]:
    """The target adapter of service ``lambda``.

    Parameters: ``InvocationType`` ``Event`` (default) or ``RequestResponse``, ``ClientContext``.  Gives
    ``{"RequestId": …}`` or a FunctionResult.
    """

    async def deliver(parcel: Parcel) -> Any:
        function, qualifier = _addressed(ground, parcel)
        asynchronous = parcel.parameters.get("InvocationType", "Event") == "Event"
        request_id = ground.ids.uuid()
        try:
            payload = read_payload(parcel.payload.encode())
            check_size(payload, asynchronous, ground.settings.enforce_quotas)
            if asynchronous:
                enqueue(ground, function, qualifier, payload, request_id, parcel.source, parcel.cause)
                return {"RequestId": request_id}
            context = parcel.parameters.get("ClientContext")
            job = Job(function, qualifier, payload, request_id, parcel.source, parcel.cause, client_context=context)
            result = await run(ground, job, type="RequestResponse")
        except AwsError as error:
            raise delivery_failure(error) from error
        return FunctionResult(result.outcome.payload, result.function_error, result.executed_version, request_id)

    return deliver


def _addressed(ground: Ground, parcel: Parcel) -> tuple[Function, str]:
    kind, _, rest = parcel.arn.resource.partition(":")
    name, _, qualifier = rest.partition(":")
    functions = store_of(ground, parcel.arn.account, parcel.arn.region).functions
    function = functions.get(name) if kind == "function" else None
    if function is None or not function.has(qualifier):
        missing = str(parcel.arn) if qualifier else f"{parcel.arn}:{LATEST}"
        raise delivery_failure(errors.function_not_found(missing))
    return function, qualifier


def delivery_failure(error: AwsError) -> DeliveryFailedError:
    """Lambda's answer in the vocabulary of senders."""
    message = error.message or error.code
    if error.code == "ResourceNotFoundException":
        return DeliveryFailedError("NO_RESOURCE", message)
    if error.code == "TooManyRequestsException":
        return DeliveryFailedError("THROTTLING", message, retryable=True)
    if error.code == "InvalidRequestContentException":
        return DeliveryFailedError("INVALID_JSON", message)
    return DeliveryFailedError("ERROR_FROM_TARGET", message)
