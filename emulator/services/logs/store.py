"""Log groups and their streams.  Times are whole milliseconds since the epoch, as in the service's API."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

CAPACITY = 100_000
"""Events that a stream keeps; the oldest go first.  AWS has no such limit."""
OVERHEAD = 26
"""Bytes that an event counts beside its text (AWS docs, "CloudWatch Logs quotas")."""


class Event(NamedTuple):
    """One event; sorted by time, then in order of arrival."""

    timestamp: int
    number: int
    message: str
    ingestion: int


@dataclass(slots=True)
class LogStream:
    """``number`` counts events for ever: tokens and event ids are made of it."""

    name: str
    created: int
    number: int = 0
    size: int = 0
    last_ingestion: int | None = None
    events: list[Event] = field(default_factory=list)

    def append(self, events: Sequence[tuple[int, str]], now: int) -> None:
        for timestamp, message in events:
            self.number += 1
            event = Event(timestamp, self.number, message, now)
            if not self.events or self.events[-1] < event:
                self.events.append(event)
            else:
                insort(self.events, event)
            self.size += len(message.encode()) + OVERHEAD
        self.last_ingestion = now
        if len(self.events) > CAPACITY:
            del self.events[: len(self.events) - CAPACITY]

    def since(self, horizon: int) -> list[Event]:
        """What retention has left of it."""
        return [event for event in self.events if event.timestamp >= horizon] if horizon else self.events


@dataclass(slots=True)
class LogGroup:
    """``retention`` in days, None keeps for ever."""

    name: str
    created: int
    retention: int | None = None
    log_class: str = "STANDARD"
    kms_key: str | None = None
    streams: dict[str, LogStream] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def stream_for(self, name: str, now: int) -> LogStream:
        return self.streams.setdefault(name, LogStream(name, now))

    def horizon(self, now: int) -> int:
        """Events before it are gone."""
        return 0 if self.retention is None else now - self.retention * 86_400_000

    def every(self, streams: Sequence[LogStream], now: int) -> Iterator[tuple[LogStream, Event]]:
        for stream in streams:
            for event in stream.since(self.horizon(now)):
                yield stream, event


class LogsStore:
    """All groups of one account and region."""

    def __init__(self) -> None:
        self.groups: dict[str, LogGroup] = {}

    def group_for(self, name: str, now: int) -> LogGroup:
        return self.groups.setdefault(name, LogGroup(name, now))
