"""What the courier hands to state machines: events of rules and pipes, requests of APIs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.stepfunctions.order import Order, place


def adapter(ground: Ground) -> Callable[[Parcel], Awaitable[Any]]:
    """The target adapter of service ``states``: StartExecution with the parcel as input; ``parameters`` may hold
    ``Name``.  Gives ``{"executionArn", "startDate"}``."""

    async def deliver(parcel: Parcel) -> dict[str, Any]:
        order = Order(str(parcel.arn), parcel.payload, parcel.parameters.get("Name"), parcel.cause)
        try:
            execution = place(ground, order)
        except AwsError as error:
            missing = error.code in ("StateMachineDoesNotExist", "InvalidArn")
            code = "NO_RESOURCE" if missing else "INVALID_PARAMETER"
            raise DeliveryFailedError(code, error.message or error.code) from error
        return {"executionArn": execution.arn, "startDate": execution.started}

    return deliver
