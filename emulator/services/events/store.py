"""Where buses and rules are kept and how calls name them."""

from __future__ import annotations

from typing import NamedTuple

from emulator.core.arns import Arn
from emulator.core.ground import Call, Ground
from emulator.services.events.errors import no_bus, no_rule
from emulator.services.events.event_bus import EventBus
from emulator.services.events.rule import Rule

DEFAULT = "default"


class EventsStore:
    """The buses of one account and region."""

    def __init__(self) -> None:
        self.buses: dict[str, EventBus] = {}


class BusName(NamedTuple):
    """Where a bus is; ``name`` without the ARN around it."""

    account: str
    region: str
    name: str

    @property
    def arn(self) -> str:
        return str(Arn.of("events", self.region, self.account, f"event-bus/{self.name}"))


def buses(ground: Ground, account: str, region: str) -> dict[str, EventBus]:
    """The buses of an account and region; the default bus is always among them."""
    store = ground.cloud.store(EventsStore, account, region)
    if DEFAULT not in store.buses:
        store.buses[DEFAULT] = EventBus(DEFAULT, region, account, ground.clock.now())
    return store.buses


def bus_name(call: Call, name_or_arn: str | None) -> BusName:
    """Read an ``EventBusName``: a name, an ARN, or nothing for the default bus."""
    text = name_or_arn or DEFAULT
    if not text.startswith("arn:"):
        return BusName(call.account, call.region, text)
    arn = Arn.parse(text)
    return BusName(arn.account, arn.region, arn.resource.removeprefix("event-bus/"))


def look_up(ground: Ground, name: BusName) -> EventBus | None:
    return buses(ground, name.account, name.region).get(name.name)


def find_bus(call: Call, name_or_arn: str | None) -> EventBus:
    """The bus of a call; raises ResourceNotFoundException."""
    name = bus_name(call, name_or_arn)
    bus = look_up(call.ground, name)
    if bus is None:
        raise no_bus(name.name)
    return bus


def find_rule(call: Call, rule: str, bus: str | None) -> tuple[EventBus, Rule]:
    """A rule and its bus; raises ResourceNotFoundException for either."""
    home = find_bus(call, bus)
    if rule not in home.rules:
        raise no_rule(rule, home.name)
    return home, home.rules[rule]
