"""AWS's cron: six fields ``minutes hours day-of-month month day-of-week year``, one of the two day fields ``?``.

Day of week is 1-7 from Sunday.  ``L`` is the last day of the month (or Saturday), ``6L`` the last Friday, ``SAT#3``
the third Saturday, ``3W`` the weekday nearest to the 3rd, ``0/15`` every 15th from 0.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_ITEM = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/([0-9]{1,4}))?")
_LAST_YEAR = 9999  # AWS's documentation ends at 2199, AWS itself accepts later years

DaysOfMonth = Callable[[int, int], set[int]]
"""(year, month) -> the days of that month on which to fire."""


class Field(NamedTuple):
    """Name, bounds and words of a numeric field."""

    name: str
    low: int
    high: int
    words: dict[str, int]
    highest: int


_MINUTES = Field("minutes", 0, 59, {}, 59)
_HOURS = Field("hours", 0, 23, {}, 23)
_DAY = Field("day of month", 1, 31, {}, 31)
_MONTH = Field("month", 1, 12, _MONTHS, 12)
_WEEKDAY = Field("day of week", 1, 7, _DAYS, 7)
_YEAR = Field("year", 1970, 2199, {}, _LAST_YEAR)


class Cron(NamedTuple):
    """A parsed expression."""

    minutes: list[int]
    hours: list[int]
    days: DaysOfMonth
    months: list[int]
    years: list[int]

    def next_after(self, epoch_seconds: float) -> float | None:
        """The first full minute later than ``epoch_seconds`` (UTC) that the fields name, None when there is none."""
        after = datetime.fromtimestamp(epoch_seconds, UTC)
        earliest = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        for day in self._days_from(earliest.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if due >= earliest:
                        return due.timestamp()
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self.years:
            for month in self.months:
                if (year, month) < (first.year, first.month):
                    continue
                for day in sorted(self.days(year, month)):
                    if date(year, month, day) >= first:
                        yield date(year, month, day)


def parse_cron(text: str) -> Cron:
    """The text between the parentheses of ``cron(...)``.  ValueError when AWS would refuse it."""
    if text != text.strip():
        raise ValueError(f"blanks around the fields: {text!r}")
    fields = text.upper().split()
    if len(fields) != 6:
        raise ValueError(f"cron has six fields: {text}")
    minutes, hours, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ValueError(f"one of day of month and day of week must be ?: {text}")
    days = _days_of_week(weekday) if day == "?" else _days_of_month(day)
    return Cron(
        _numbers(minutes, _MINUTES), _numbers(hours, _HOURS), days, _numbers(month, _MONTH), _numbers(year, _YEAR)
    )


def _numbers(text: str, field: Field) -> list[int]:
    found: set[int] = set()
    for item in text.split(","):
        found.update(_item(item, field))
    return sorted(found)


def _item(text: str, field: Field) -> range:
    """``*``, ``n``, ``n-m``, and each of them with ``/step``."""
    match = _ITEM.fullmatch(text)
    if not match:
        raise ValueError(f"{field.name}: {text}")
    star, first, last, step_text = match.groups()
    step = int(step_text) if step_text else 1
    low = field.low if star else _number(first, field)
    high = _number(last, field) if last else field.high if star or step_text else low
    if step < 1 or low > max(high, field.low):
        raise ValueError(f"{field.name}: {text}")
    return range(low, high + 1, step)


def _number(text: str, field: Field) -> int:
    number = field.words.get(text)
    if number is None:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"{field.name}: {text}")
        number = int(text)
    if not field.low <= number <= field.highest:
        raise ValueError(f"{field.name} is out of range: {text}")
    return number


def _days_of_month(text: str) -> DaysOfMonth:
    return _union([_day_item(item) for item in text.split(",")])


def _day_item(text: str) -> DaysOfMonth:
    if text == "L":
        return lambda year, month: {_length(year, month)}
    if text.endswith("W"):
        wanted = _number(text[:-1], _DAY)
        return lambda year, month: _nearest_weekday(year, month, wanted)
    numbers = set(_numbers(text, _DAY))
    return lambda year, month: {day for day in numbers if day <= _length(year, month)}


def _days_of_week(text: str) -> DaysOfMonth:
    return _union([_weekday_item(item) for item in text.split(",")])


def _weekday_item(text: str) -> DaysOfMonth:
    if "#" in text:
        name, _, count = text.partition("#")
        weekday = _number(name, _WEEKDAY)
        if count not in ("1", "2", "3", "4", "5"):
            raise ValueError(f"day of week: {text}")
        return lambda year, month: set(_dates_of(year, month, weekday)[int(count) - 1 : int(count)])
    if text != "L" and text.endswith("L"):
        last = _number(text[:-1], _WEEKDAY)
        return lambda year, month: {_dates_of(year, month, last)[-1]}
    weekdays = [_WEEKDAY.high] if text == "L" else _numbers(text, _WEEKDAY)
    return lambda year, month: {day for weekday in weekdays for day in _dates_of(year, month, weekday)}


def _union(parts: list[DaysOfMonth]) -> DaysOfMonth:
    return lambda year, month: {day for part in parts for day in part(year, month)}


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _dates_of(year: int, month: int, weekday: int) -> list[int]:
    """The days of the month that fall on a weekday (1 is Sunday)."""
    first_weekday, length = calendar.monthrange(year, month)
    first = 1 + (weekday - 2 - first_weekday) % 7  # calendar counts from Monday = 0
    return list(range(first, length + 1, 7))


def _nearest_weekday(year: int, month: int, wanted: int) -> set[int]:
    """Monday to Friday nearest to the day, within the month; nothing when the month has no such day."""
    length = _length(year, month)
    if wanted > length:
        return set()
    weekday = date(year, month, wanted).weekday()
    if weekday == 5:
        return {wanted - 1 if wanted > 1 else wanted + 2}
    if weekday == 6:
        return {wanted + 1 if wanted < length else wanted - 2}
    return {wanted}
