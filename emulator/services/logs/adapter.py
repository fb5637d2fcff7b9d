"""What the courier hands to log groups: events of rules, each of which becomes a log event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.core import jsontext
from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.core.timestamps import milliseconds
from emulator.services.logs.store import LogsStore
from emulator.wire.timetext import read_time

_GROUP = "log-group:"


def adapter(ground: Ground) -> Callable[[Parcel], Awaitable[Any]]:
    """The target adapter of service ``logs``.

    Parameters: ``Time`` (an instant, or ISO 8601), ``LogStreamName`` (default: a new one for each event, as EventBridge
    does), ``Shaped``: the payload is a transformer's ``{"timestamp", "message"}``.
    """

    async def deliver(parcel: Parcel) -> dict[str, Any]:
        name = parcel.arn.resource.removeprefix(_GROUP).removesuffix(":*")
        group = ground.cloud.store(LogsStore, parcel.arn.account, parcel.arn.region).groups.get(name)
        if group is None:
            raise DeliveryFailedError("NO_RESOURCE", "The specified log group does not exist.")
        now = milliseconds(ground.clock.now())
        if parcel.parameters.get("Shaped"):
            at, message = _shaped(parcel.payload)
        else:
            time = parcel.parameters.get("Time")
            at, message = now if time is None else milliseconds(read_time(time)), parcel.payload
        stream = group.stream_for(parcel.parameters.get("LogStreamName") or ground.ids.uuid(), now)
        stream.append([(at, message)], now)
        return {"logStreamName": stream.name}

    return deliver


def _shaped(payload: str) -> tuple[int, str]:
    """Time (milliseconds, or ISO 8601) and text of a transformed event (AWS docs, "CloudWatch Logs as a target")."""
    try:
        given = jsontext.parse(payload)
        message = given["message"]
        at = given["timestamp"]
        instant = int(at) if not isinstance(at, str) or at.isdecimal() else milliseconds(read_time(at))
        return instant, message if isinstance(message, str) else compact(message)
    except (ValueError, TypeError, KeyError):
        text = "An input template for a log group gives a timestamp and a message."
        raise DeliveryFailedError("INVALID_PARAMETER", text) from None
