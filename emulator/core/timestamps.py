"""Instants as AWS writes them.  An instant is always a float: seconds since the epoch, UTC."""

from __future__ import annotations

from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _utc(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def milliseconds(instant: float) -> int:
    """Whole milliseconds since the epoch (``SentTimestamp``, ``requestTimeEpoch``)."""
    return int(instant * 1000 + 1e-4)  # the clock keeps milliseconds; a float may sit just below one


def iso_seconds(instant: float) -> str:
    """``2023-10-15T02:42:33Z``: an event's ``time``, apigatewayv2's dates."""
    return _utc(milliseconds(instant) // 1000).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(instant: float) -> str:
    """``2023-10-15T02:42:33.123Z``: destination records, @connections."""
    whole, fraction = divmod(milliseconds(instant), 1000)
    return f"{_utc(whole):%Y-%m-%dT%H:%M:%S}.{fraction:03d}Z"


def iso_offset(instant: float) -> str:
    """``2025-11-25T02:26:54.123+0000``: a function's ``LastModified``."""
    return iso_milliseconds(instant)[:-1] + "+0000"


def common_log(instant: float) -> str:
    """``19/Jan/2023:21:13:26 +0000``: API Gateway's ``requestTime``; months are English in every locale."""
    when = _utc(milliseconds(instant) // 1000)
    return f"{when.day:02d}/{_MONTHS[when.month - 1]}/{when.year}:{when:%H:%M:%S} +0000"
