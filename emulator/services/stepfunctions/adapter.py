"""What the courier hands to state machines: events of rules and pipes, requests of APIs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.asl.scope import ABSENT
from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.services.stepfunctions.order import Order, place


def adapter(ground: Ground) -> Callable[[Parcel], Awaitable[Any]]:
    """The target adapter of service ``states``: an execution with the parcel as input.

    Parameters: ``Name``; ``InvocationType`` ``RequestResponse`` waits for its end.  Gives ``{"executionArn",
    "startDate"}``, and at the end ``{"status", "output", "error", "cause"}`` as well, each text or None.
    """

    async def deliver(parcel: Parcel) -> dict[str, Any]:
        order = Order(str(parcel.arn), parcel.payload, parcel.parameters.get("Name"), parcel.cause)
        try:
            execution = place(ground, order)
        except AwsError as error:
            missing = error.code in ("StateMachineDoesNotExist", "InvalidArn")
            code = "NO_RESOURCE" if missing else "INVALID_PARAMETER"
            raise DeliveryFailedError(code, error.message or error.code) from error
        begun = {"executionArn": execution.arn, "startDate": execution.started}
        if parcel.parameters.get("InvocationType") != "RequestResponse":
            return begun
        while execution.running:
            await ground.clock.wait(execution.ended)
        output = None if execution.output is ABSENT else compact(execution.output)
        ended = {"status": execution.status, "output": output}
        return begun | ended | {"error": execution.error, "cause": execution.failure_cause}

    return deliver
