"""PutEvents and TestEventPattern."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Call
from emulator.patterns.event_pattern import parse_event
from emulator.services.events.entries import EntryError, read_detail, total_size
from emulator.services.events.errors import invalid
from emulator.services.events.event import new_event
from emulator.services.events.routing import take_in
from emulator.services.events.rule import read_pattern
from emulator.services.events.store import bus_name, look_up

_EVENT_MEMBERS = frozenset({"id", "account", "source", "time", "region", "detail-type"})


def put_events(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Take events in: each entry is answered in its place with ``EventId`` or ``ErrorCode`` and ``ErrorMessage``.

    Rules are matched before the answer, targets get their copies after it.  An unknown bus is no error (recorded from
    AWS).  Raises ValidationException when all entries together are too big.
    """
    entries = params["Entries"]
    limit = call.settings.max_put_events_bytes
    if call.settings.enforce_quotas and total_size(entries) > limit:
        raise invalid("Total size of the entries in the request is over the limit.")
    answers = [_put_event(call, entry) for entry in entries]
    return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}


def _put_event(call: Call, entry: dict[str, Any]) -> dict[str, str]:
    bus_id = bus_name(call, entry.get("EventBusName"))
    detail = read_detail(entry)
    if isinstance(detail, EntryError):
        call.journal.note("event", _sender(call), bus_id.arn, call.cause, detail.code, error=detail.message)
        return {"ErrorCode": detail.code, "ErrorMessage": detail.message}
    now = call.clock.now()
    event = new_event(
        id=call.ids.uuid(),
        source=entry["Source"],
        detail_type=entry["DetailType"],
        detail=detail,
        detail_text=entry["Detail"],
        account=call.account,
        region=call.region,
        time=_instant(entry.get("Time"), now),
        resources=entry.get("Resources") or [],
        ingested=now,
        bus=bus_id.arn,
    )
    take_in(call.ground, look_up(call.ground, bus_id), event, _sender(call), _cause(call, entry.get("TraceHeader")))
    return {"EventId": event.id}


def _sender(call: Call) -> str:
    return f"arn:aws:iam::{call.account}:root"


def _instant(time: float | datetime | None, now: float) -> float:
    """NaN counts as absent: what a JavaScript SDK sends for an invalid date."""
    if isinstance(time, datetime):
        return time.timestamp()
    return now if time is None or time != time else time


def _cause(call: Call, header: str | None) -> Cause:
    """The trace that the entry names; within the call's own trace the call stays the cause."""
    named = Cause.from_header(header) if header else None
    return call.cause if named is None or named.trace == call.cause.trace else named


def test_event_pattern(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Whether a pattern matches an event.  Raises InvalidEventPatternException; ValidationException for the event."""
    pattern = read_pattern(params["EventPattern"])
    try:
        event = parse_event(params["Event"])
    except ValueError:
        event = {}
    if not event.keys() >= _EVENT_MEMBERS:
        raise invalid("Parameter Event is not valid.")
    return {"Result": pattern.matches(event)}
