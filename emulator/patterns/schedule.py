"""Schedule expressions of EventBridge rules: ``rate(...)`` and ``cron(...)``.

AWS docs, "Creating a rule that runs on a schedule"; which expressions are refused is recorded from AWS.  Times are
epoch seconds, cron fields are UTC.
"""

from __future__ import annotations

import math
import re
from typing import Protocol

from emulator.patterns.cron import Cron, parse_cron

_RATE = re.compile(r"rate\(([1-9][0-9]{0,9}) (minute|hour|day)(s?)\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class Schedule(Protocol):
    """When a rule fires."""

    def next_after(self, epoch_seconds: float, created: float) -> float | None:
        """The first instant later than ``epoch_seconds``, None when there is none.

        ``created`` is when the rule was put: ``rate`` counts from there.
        """


class Rate:
    """``rate(5 minutes)``: one period after the rule was put, and every period from then on."""

    def __init__(self, period: int) -> None:
        self.period = period

    def next_after(self, epoch_seconds: float, created: float) -> float | None:
        periods = math.floor((epoch_seconds - created) / self.period) + 1
        due = created + max(periods, 1) * self.period
        return due if due > epoch_seconds else due + self.period  # rounding of large times


class CronSchedule:
    """``cron(0 12 * * ? *)``: at the start of each minute that the fields name."""

    def __init__(self, cron: Cron) -> None:
        self.cron = cron

    def next_after(self, epoch_seconds: float, created: float) -> float | None:
        return self.cron.next_after(epoch_seconds)


def parse_schedule(text: str) -> Schedule:
    """A rule's ``ScheduleExpression``.  ValueError when AWS would refuse it."""
    rate = _RATE.fullmatch(text)
    if rate:
        count, unit, plural = int(rate.group(1)), rate.group(2), rate.group(3)
        if (count > 1) != bool(plural):
            raise ValueError(f"wrong number of {unit}: {text}")
        return Rate(count * _SECONDS[unit])
    if text.startswith("cron(") and text.endswith(")"):
        return CronSchedule(parse_cron(text[len("cron(") : -1]))
    raise ValueError(f"not a schedule expression: {text}")
