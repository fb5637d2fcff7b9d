"""Rules with a schedule: one standing timer per enabled rule, armed again each time it fires."""

from __future__ import annotations

from emulator.core.ground import Ground
from emulator.core.timers import TimerKind
from emulator.patterns.schedule import Schedule, parse_schedule
from emulator.services.events.errors import invalid
from emulator.services.events.event import new_event
from emulator.services.events.event_bus import EventBus
from emulator.services.events.routing import note_event, trigger
from emulator.services.events.rule import Rule
from emulator.services.events.store import EventsStore


def read(expression: str) -> Schedule:
    """A ``ScheduleExpression``; raises ValidationException."""
    try:
        return parse_schedule(expression)
    except ValueError:
        raise invalid("Parameter ScheduleExpression is not valid.") from None


def arm(ground: Ground, bus: EventBus, rule: Rule) -> None:
    """Set the timer of a rule that was put, enabled or disabled."""
    disarm(rule)
    _arm(ground, bus, rule, ground.clock.now())


def disarm(rule: Rule) -> None:
    if rule.timer is not None:
        rule.timer.cancel()
        rule.timer = None


def disarm_all(ground: Ground) -> None:
    for _, _, store in ground.cloud.stores(EventsStore):
        for bus in store.buses.values():
            for rule in bus.rules.values():
                disarm(rule)


def _arm(ground: Ground, bus: EventBus, rule: Rule, after: float) -> None:
    due = rule.schedule.next_after(after, rule.put_at) if rule.schedule is not None and rule.enabled else None
    if due is None:
        return

    def fire() -> None:
        # Armed from the instant that was due: when time jumps over several, each of them fires.
        _arm(ground, bus, rule, due)
        _fire(ground, bus, rule, due)

    rule.timer = ground.clock.at(due, fire, TimerKind.STANDING, f"schedule of rule {rule.name}")


def _fire(ground: Ground, bus: EventBus, rule: Rule, due: float) -> None:
    """The scheduled event goes to this rule's targets only (its shape is recorded from AWS)."""
    event = new_event(
        id=ground.ids.uuid(),
        source="aws.events",
        detail_type="Scheduled Event",
        detail={},
        detail_text="{}",
        account=rule.account,
        region=bus.region,
        time=due,
        resources=[rule.arn],
        ingested=ground.clock.now(),
        bus=bus.arn,
    )
    hop = note_event(ground, event, rule.arn, None, "ok")
    trigger(ground, rule, event, hop.cause)
