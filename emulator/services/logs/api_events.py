"""Log events: put, get, filter."""

from __future__ import annotations

import itertools
import re
import zlib
from typing import Any

from emulator.core.ground import Call
from emulator.core.timestamps import milliseconds
from emulator.services.logs import errors
from emulator.services.logs.filter_pattern import compile_pattern
from emulator.services.logs.find import find_group, find_stream
from emulator.services.logs.paging import start_of, token_at
from emulator.services.logs.store import OVERHEAD, Event, LogGroup, LogStream

MAX_BATCH_BYTES = 1_048_576
MAX_EVENTS = 10_000
OLDEST = 14 * 86_400_000
NEWEST = 2 * 3_600_000
"""How far from now an event may be (AWS docs, PutLogEvents)."""


def put_log_events(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Add events; those too old or too new are left out and told.

    Sequence tokens are ignored, as on AWS since 2023.
    """
    group = find_group(call, params["logGroupName"])
    stream = find_stream(group, params["logStreamName"])
    now = milliseconds(call.clock.now())
    events = [(int(event["timestamp"]), event["message"]) for event in params["logEvents"]]
    if any(later[0] < earlier[0] for earlier, later in itertools.pairwise(events)):
        raise errors.invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if call.settings.enforce_quotas and sum(len(text.encode()) + OVERHEAD for _, text in events) > MAX_BATCH_BYTES:
        raise errors.invalid(f"Upload too large: more than {MAX_BATCH_BYTES} bytes")
    expired = max(now - OLDEST, group.horizon(now))
    taken = [event for event in events if expired <= event[0] <= now + NEWEST]
    stream.append(taken, now)
    answer: dict[str, Any] = {"nextSequenceToken": f"{stream.number:056d}"}
    rejected = _rejected([at for at, _ in events], expired, now, group.horizon(now))
    return answer | ({"rejectedLogEventsInfo": rejected} if rejected else {})


def _rejected(times: list[int], expired: int, now: int, horizon: int) -> dict[str, int]:
    """Indexes as AWS tells them: the end of what was too old or expired, the begin of what is too new."""
    old = sum(1 for at in times if at < expired)
    new = sum(1 for at in times if at > now + NEWEST)
    info: dict[str, int] = {}
    if new:
        info["tooNewLogEventStartIndex"] = len(times) - new
    if old:
        info["expiredLogEventEndIndex" if horizon == expired else "tooOldLogEventEndIndex"] = old
    return info


def get_log_events(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """A page of one stream.

    Without a token the latest events, or the oldest with ``startFromHead``.  A token of the end of the stream comes
    back as it was: that is how callers know (AWS docs, GetLogEvents).
    """
    group = find_group(call, params.get("logGroupIdentifier") or params.get("logGroupName"))
    stream = find_stream(group, params["logStreamName"])
    events = _between(stream.since(group.horizon(milliseconds(call.clock.now()))), params)
    limit = min(params.get("limit") or MAX_EVENTS, MAX_EVENTS)
    start, end = _page(events, params, limit)
    shown = [{"timestamp": e.timestamp, "message": e.message, "ingestionTime": e.ingestion} for e in events[start:end]]
    return {"events": shown, "nextForwardToken": f"f/{end:056d}", "nextBackwardToken": f"b/{start:056d}"}


def _page(events: list[Event], params: dict[str, Any], limit: int) -> tuple[int, int]:
    token = params.get("nextToken")
    if not token and params.get("startFromHead"):
        return 0, min(limit, len(events))
    if not token:
        return max(0, len(events) - limit), len(events)
    found = re.fullmatch(r"([fb])/(\d{56})", token)
    if found is None:
        raise errors.invalid("The specified nextToken is invalid.")
    position = min(int(found[2]), len(events))
    if found[1] == "f":
        return position, min(position + limit, len(events))
    return max(0, position - limit), position


def _between(events: list[Event], params: dict[str, Any]) -> list[Event]:
    """``startTime`` belongs to the range, ``endTime`` does not (AWS docs)."""
    first, last = params.get("startTime"), params.get("endTime")
    if first is None and last is None:
        return events
    return [e for e in events if (first is None or e.timestamp >= first) and (last is None or e.timestamp < last)]


def filter_log_events(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Events of several streams in order of time, by names, times and pattern."""
    group = find_group(call, params.get("logGroupIdentifier") or params.get("logGroupName"))
    accepts = compile_pattern(params.get("filterPattern") or "")
    found = list(group.every(_streams(group, params), milliseconds(call.clock.now())))
    first, last = params.get("startTime"), params.get("endTime")
    chosen = [
        (stream, event)
        for stream, event in found
        # endTime belongs to the range here (AWS docs, FilterLogEvents)
        if (first is None or event.timestamp >= first)
        and (last is None or event.timestamp <= last)
        and accepts(event.message)
    ]
    chosen.sort(key=lambda pair: (pair[1].timestamp, pair[1].ingestion))
    start = start_of(params)
    end = start + min(params.get("limit") or MAX_EVENTS, MAX_EVENTS)
    answer: dict[str, Any] = {"events": [_shown(*pair) for pair in chosen[start:end]], "searchedLogStreams": []}
    return answer | ({"nextToken": token_at(end)} if end < len(chosen) else {})


def _streams(group: LogGroup, params: dict[str, Any]) -> list[LogStream]:
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names and prefix:
        raise errors.invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
    if names:
        return [find_stream(group, name) for name in names]
    return [stream for name, stream in group.streams.items() if name.startswith(prefix or "")]


def _shown(stream: LogStream, event: Event) -> dict[str, Any]:
    return {
        "logStreamName": stream.name,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingestion,
        "eventId": f"{event.timestamp:020d}{zlib.crc32(stream.name.encode()):012d}{event.number:024d}",
    }
