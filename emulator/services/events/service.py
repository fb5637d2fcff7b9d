"""EventBridge as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.events import api_buses, api_events, api_rules, api_tags, api_targets, schedules
from emulator.services.events.bus_target import BusTarget


def _join(ground: Ground) -> None:
    ground.courier.register_target("events", BusTarget(ground))


SERVICE = Service(
    name="events",
    api=(api_events, api_buses, api_rules, api_targets, api_tags),
    join=_join,
    on_reset=schedules.disarm_all,
)
