"""Tags on rules and event buses, by ARN."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.core.ground import Call
from emulator.services.events.errors import invalid, no_bus, no_rule
from emulator.services.events.event_bus import EventBus
from emulator.services.events.rule import Rule
from emulator.services.events.store import DEFAULT, BusName, look_up
from emulator.services.events.tags import merged


def tag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    resource = _find(call, params["ResourceARN"])
    resource.tags = merged(resource.tags, params["Tags"])
    return {}


def untag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Keys that are not there are no error (recorded from AWS)."""
    resource = _find(call, params["ResourceARN"])
    for key in params["TagKeys"]:
        resource.tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    tags = _find(call, params["ResourceARN"]).tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _find(call: Call, text: str) -> EventBus | Rule:
    try:
        arn = Arn.parse(text)
    except ValueError:
        raise _bad_arn() from None
    kind, _, name = arn.resource.partition("/")
    if arn.service != "events" or kind not in ("rule", "event-bus") or not name:
        raise _bad_arn()
    bus_name, _, rule_name = name.rpartition("/") if kind == "rule" else (name, "", "")
    bus_name = bus_name or DEFAULT
    bus = look_up(call.ground, BusName(arn.account, arn.region, bus_name))
    if kind == "event-bus" and bus is not None:
        return bus
    if kind == "event-bus":
        raise no_bus(bus_name)
    if bus is None or rule_name not in bus.rules:
        raise no_rule(rule_name, bus_name)
    return bus.rules[rule_name]


def _bad_arn() -> Exception:
    return invalid("Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.")
