"""An event enters a bus: rules are matched, deliveries start, and the journal says what happened or why nothing did."""

from __future__ import annotations

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.journal import Hop
from emulator.services.events.delivery import Delivery
from emulator.services.events.event import Event
from emulator.services.events.event_bus import EventBus
from emulator.services.events.rule import Rule


def take_in(ground: Ground, bus: EventBus | None, event: Event, source: str, cause: Cause) -> Hop:
    """Match ``event`` on ``bus`` (None: there is no such bus, the event is dropped) and start its deliveries.

    Synchronous: deliveries run after the current step.  Outcomes of the hop: ``ok``, ``no-rule``, ``no-bus``.
    """
    rules = bus.matching(event.body) if bus is not None else []
    outcome = "ok" if rules else "no-rule" if bus is not None else "no-bus"
    hop = note_event(ground, event, source, cause, outcome)
    for rule in rules:
        trigger(ground, rule, event, hop.cause)
    return hop


def note_event(ground: Ground, event: Event, source: str, cause: Cause | None, outcome: str) -> Hop:
    return ground.journal.note(
        "event",
        source,
        event.bus,
        cause,
        outcome,
        payload=event.text,
        event_id=event.id,
        event_source=event.source,
        detail_type=event.detail_type,
    )


def trigger(ground: Ground, rule: Rule, event: Event, cause: Cause) -> None:
    """Send ``event`` to every target of ``rule``."""
    outcome = "ok" if rule.targets else "no-target"
    match = ground.journal.note("match", event.bus, rule.arn, cause, outcome, event_id=event.id)
    for target in rule.targets.values():
        Delivery(ground, rule, target, event, match.cause).start()
