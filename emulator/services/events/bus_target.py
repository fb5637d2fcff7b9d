"""Deliveries to a bus: from a rule whose target is another bus, and from Lambda's destinations."""

from __future__ import annotations

from emulator.core.courier import DeliveryFailedError, Parcel
from emulator.core.ground import Ground
from emulator.patterns.event_pattern import parse_event
from emulator.services.events.event import Event, new_event
from emulator.services.events.event_bus import EventBus
from emulator.services.events.routing import take_in
from emulator.services.events.store import BusName, look_up

_PREFIX = "event-bus/"
_SECOND_HOP = (
    "Event ingestion rejected for event {} because an event can be sent to an event bus target only once. "
    "This event was previously delivered to an event bus target."
)


class BusTarget:
    """The courier's adapter for ``arn:aws:events:…``.

    Parameters of a parcel: ``{"Event": Event}`` from a rule of this service, or ``{"DetailType", "Source",
    "Resources", "Time"}`` from another service, whose payload is then the detail; ``Time`` is an instant.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def __call__(self, parcel: Parcel) -> dict[str, str]:
        """Take the event in; gives ``{"EventId": …}``.  Raises DeliveryFailedError."""
        bus = self._bus(parcel)
        event = parcel.parameters.get("Event")
        arrived = self._forwarded(event, bus) if isinstance(event, Event) else self._from_service(parcel, bus)
        take_in(self._ground, bus, arrived, parcel.source, parcel.cause)
        return {"EventId": arrived.id}

    def _bus(self, parcel: Parcel) -> EventBus:
        arn = parcel.arn
        name = arn.resource.removeprefix(_PREFIX)
        bus = look_up(self._ground, BusName(arn.account, arn.region, name)) if arn.resource != name else None
        if bus is None:
            raise DeliveryFailedError("NO_RESOURCE", f"Event bus {name} does not exist.")
        return bus

    def _forwarded(self, event: Event, bus: EventBus) -> Event:
        """One hop only (AWS docs, "Sending and receiving events between event buses"); a bus cannot target itself."""
        same_region = event.bus.split(":")[3] == bus.region
        if event.forwarded or event.bus == bus.arn:
            code = "THIRD_ACCOUNT_HOP_DETECTED" if same_region else "THIRD_REGION_HOP_DETECTED"
            raise DeliveryFailedError(code, _SECOND_HOP.format(event.id))
        return event.on_bus(bus.arn, None if same_region else self._ground.ids.uuid())

    def _from_service(self, parcel: Parcel, bus: EventBus) -> Event:
        try:
            detail = parse_event(parcel.payload)
        except ValueError as error:
            raise DeliveryFailedError("INVALID_JSON", "Detail is malformed.") from error
        settings = self._ground.settings
        if settings.enforce_quotas and len(parcel.payload.encode()) > settings.max_put_events_bytes:
            message = "Total size of the entries in the request is over the limit."
            raise DeliveryFailedError("EVENTS_IN_BATCH_REQUEST_REJECTED", message)
        now = self._ground.clock.now()
        return new_event(
            id=self._ground.ids.uuid(),
            source=parcel.parameters["Source"],
            detail_type=parcel.parameters["DetailType"],
            detail=detail,
            detail_text=parcel.payload,
            account=bus.account,
            region=bus.region,
            time=parcel.parameters.get("Time") or now,
            resources=parcel.parameters.get("Resources") or [],
            ingested=now,
            bus=bus.arn,
        )
