"""Timestamps of the language: ISO 8601 with ``T`` and an offset or ``Z``, compared as instants."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(NamedTuple):
    """Comparable to the nanosecond."""

    seconds: int
    nanos: int

    @property
    def epoch(self) -> float:
        """Seconds since the epoch."""
        return self.seconds + self.nanos / 1e9


def parse_timestamp(text: Any) -> Instant | None:
    """None for anything that is not a timestamp (no zone, no ``T``, month 13, hour 25: recorded from AWS)."""
    found = _TIMESTAMP.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    offset = _offset(found[8])
    if offset is None:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1) - offset
    return Instant(seconds, int((found[7] or "0").ljust(9, "0")))


def _offset(zone: str) -> int | None:
    if zone in "Zz":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 18 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
