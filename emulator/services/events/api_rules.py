"""Rules: PutRule and the calls that show, switch and delete them."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.core.paging import page
from emulator.patterns.event_pattern import EventPattern
from emulator.services.events import schedules
from emulator.services.events.errors import invalid, too_many
from emulator.services.events.event_bus import EventBus
from emulator.services.events.rule import Rule, read_pattern
from emulator.services.events.store import DEFAULT, bus_name, find_bus, find_rule
from emulator.services.events.tags import merged

MOST_RULES = 300
LONGEST_PATTERN = 2048


def put_rule(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Create a rule or replace all attributes of one; targets and tags of an existing rule stay.  Valid at once.

    Raises InvalidEventPatternException, ResourceNotFoundException, LimitExceededException, ValidationException.
    """
    name, text, expression = params["Name"], params.get("EventPattern"), params.get("ScheduleExpression")
    if not text and not expression:
        raise invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if expression and bus_name(call, params.get("EventBusName")).name != DEFAULT:
        raise invalid("ScheduleExpression is supported only on the default event bus.")
    schedule = schedules.read(expression) if expression else None
    pattern = _read_pattern(call, name, text) if text else None
    bus = find_bus(call, params.get("EventBusName"))
    rule = bus.rules.get(name) or _new_rule(call, bus, name, params)
    rule.define(params, pattern, schedule, call.clock.now())
    bus.refresh(rule)
    schedules.arm(call.ground, bus, rule)
    return {"RuleArn": rule.arn}


def _read_pattern(call: Call, name: str, text: str) -> EventPattern:
    if call.settings.enforce_quotas and len(text) > LONGEST_PATTERN:
        raise invalid(f"Parameter EventPattern for rule {name} exceeds limit of {LONGEST_PATTERN}.")
    return read_pattern(text)


def _new_rule(call: Call, bus: EventBus, name: str, params: dict[str, Any]) -> Rule:
    if call.settings.enforce_quotas and len(bus.rules) >= MOST_RULES:
        raise too_many()
    rule = Rule(name, bus.name, bus.region, bus.account)
    rule.tags = merged({}, params.get("Tags") or [])
    return rule


def describe_rule(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _, rule = find_rule(call, params["Name"], params.get("EventBusName"))
    return {**rule.describe(), "CreatedBy": rule.account}


def list_rules(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    bus = find_bus(call, params.get("EventBusName"))
    prefix = params.get("NamePrefix") or ""
    names, token = page((name for name in bus.rules if name.startswith(prefix)), params)
    return {"Rules": [bus.rules[name].describe() for name in names], **token}


def list_rule_names_by_target(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Rules of one bus that have the ARN as a target."""
    bus, arn = find_bus(call, params.get("EventBusName")), params["TargetArn"]
    found = (rule.name for rule in bus.rules.values() if any(target.arn == arn for target in rule.targets.values()))
    names, token = page(found, params)
    return {"RuleNames": names, **token}


def enable_rule(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return _switch(call, params, "ENABLED")


def disable_rule(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return _switch(call, params, "DISABLED")


def _switch(call: Call, params: dict[str, Any], state: str) -> dict[str, Any]:
    bus, rule = find_rule(call, params["Name"], params.get("EventBusName"))
    rule.state = state
    bus.refresh(rule)
    schedules.arm(call.ground, bus, rule)
    return {}


def delete_rule(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Deleting an unknown rule of a known bus succeeds.  Raises ValidationException while the rule has targets."""
    bus = find_bus(call, params.get("EventBusName"))
    rule = bus.rules.get(params["Name"])
    if rule is None:
        return {}
    if rule.targets:
        raise invalid("Rule can't be deleted since it has targets.")
    bus.remove(rule)
    schedules.disarm(rule)
    return {}
