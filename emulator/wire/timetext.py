"""Timestamps between epoch seconds and the forms that AWS puts on the wire."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62135596800  # year 1
_LAST = 253402300800  # year 10000
# Not strftime's names: those follow the machine's locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HTTP_DATE = re.compile(
    rf"(?:[A-Z][a-z][a-z], )?([0-9]{{1,2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|UTC|[+]0000)"
)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?")


def read_time(value: object) -> float:
    """Epoch seconds from a number, a number in a string, an ISO 8601 or an HTTP date.  Raises ``ValueError``."""
    if isinstance(value, str):
        seconds = _read_text(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value
    else:
        raise ValueError("not a timestamp")
    if not (isinstance(seconds, int) or math.isfinite(seconds)) or not _FIRST <= seconds < _LAST:
        raise ValueError("timestamp out of range")
    return seconds


def _read_text(text: str) -> float:
    if _NUMBER.fullmatch(text):
        return float(text)
    moment = datetime.fromisoformat(text) if _ISO_DATE.match(text) else _read_http_date(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH).total_seconds()


def _read_http_date(text: str) -> datetime:
    found = _HTTP_DATE.fullmatch(text)
    if found is None:
        raise ValueError("not a timestamp")
    day, month, year, hour, minute, second = found.groups()
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)


def _moment(value: float | datetime) -> datetime:
    return value if isinstance(value, datetime) else _EPOCH + timedelta(milliseconds=round(value * 1000))


def epoch_number(value: float | datetime) -> float:
    """Epoch seconds, at most three decimals, whole numbers without a fraction."""
    seconds = (value - _EPOCH).total_seconds() if isinstance(value, datetime) else value
    milliseconds = round(seconds * 1000)
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def iso8601(value: float | datetime) -> str:
    """``2020-04-30T20:10:33.236Z``; without the fraction for whole seconds."""
    moment = _moment(value).astimezone(UTC)
    fraction = f".{moment.microsecond // 1000:03d}" if moment.microsecond else ""
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}{fraction}Z"


def rfc822(value: float | datetime) -> str:
    """``Thu, 01 Jan 1970 00:00:00 GMT``."""
    moment = _moment(value).astimezone(UTC)
    day = f"{_DAYS[moment.weekday()]}, {moment.day:02d} {_MONTHS[moment.month - 1]} {moment.year:04d}"
    return f"{day} {moment:%H:%M:%S} GMT"


def java_date(value: float) -> str:
    """How AWS quotes a timestamp in a validation message: ``Thu Jan 01 00:00:00 UTC 1970``."""
    moment = _moment(value)
    return f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment:%d %H:%M:%S} UTC {moment.year}"


def write_time(value: float | datetime | str, form: str) -> float | str:
    """``value`` in the model's ``timestampFormat``.  A text is taken as already written."""
    if isinstance(value, str):
        return value
    if form == "iso8601":
        return iso8601(value)
    if form == "rfc822":
        return rfc822(value)
    return epoch_number(value)
