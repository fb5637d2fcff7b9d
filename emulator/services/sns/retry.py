"""When a delivery is tried again: phases, and a pure decision.

AWS docs, "Amazon SNS message delivery retries".  The docs draw the four back-off functions and give no formulas; these
begin at the shortest delay and end at the longest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

Share = Callable[[int, int], float]


def _exponential(step: int, last: int) -> float:
    return float((2.0 ** min(step, 1000) - 1) / (2.0 ** min(last, 1000) - 1))


_SHARES: Mapping[str, Share] = {
    "linear": lambda step, last: step / last,
    "arithmetic": lambda step, last: step * (step + 1) / (last * (last + 1)),
    "exponential": _exponential,
}
FUNCTIONS = (*_SHARES, "geometric")


class Phases(NamedTuple):
    """Retries at once, then ``early`` ones, then those that back off from ``low`` to ``high``, then ``late`` ones."""

    immediate: int = 0
    early: int = 0
    early_delay: float = 0.0
    backing_off: int = 0
    low: float = 0.0
    high: float = 0.0
    function: str = "linear"
    late: int = 0
    late_delay: float = 0.0

    @property
    def retries(self) -> int:
        return self.immediate + self.early + self.backing_off + self.late

    def delay(self, retry: int) -> float:
        """Seconds before retry number ``retry`` (from 1)."""
        place = retry - 1 - self.immediate
        if place < 0:
            return 0.0
        if place < self.early:
            return self.early_delay
        place -= self.early
        if place < self.backing_off:
            return self._back_off(place)
        return self.late_delay

    def _back_off(self, step: int) -> float:
        last = self.backing_off - 1
        if last <= 0 or self.low == self.high:
            return self.low
        if self.function == "geometric":
            return float(self.low * (self.high / self.low) ** (step / last))
        return self.low + (self.high - self.low) * _SHARES[self.function](step, last)


INTERNAL = Phases(3, 2, 1.0, 10, 1.0, 20.0, "exponential", 100_000, 20.0)
"""Queues and functions: 100,015 tries over 23 days."""


class Failure(NamedTuple):
    """Why an attempt failed, and whether trying again may help."""

    code: str
    message: str
    retryable: bool


class RetryAfter(NamedTuple):
    """Try again after so many seconds."""

    seconds: float


class GiveUp(NamedTuple):
    """It is over; ``reason`` is ``permanent`` or ``exhausted``."""

    reason: str


def retry_decision(
    phases: Phases, attempt: int, failure: Failure, most_retries: int | None = None, scale: float = 1.0
) -> RetryAfter | GiveUp:
    """What follows when attempt number ``attempt`` (from 1) failed; ``most_retries`` cuts the phases short."""
    if not failure.retryable:
        return GiveUp("permanent")
    retries = phases.retries if most_retries is None else min(phases.retries, most_retries)
    return RetryAfter(phases.delay(attempt) * scale) if attempt <= retries else GiveUp("exhausted")


def http_failure(status: int) -> Failure | None:
    """How an endpoint's answer is taken: 2xx is success, 5xx and 429 may pass, everything else is permanent."""
    if 200 <= status < 300:
        return None
    return Failure(str(status), f"the endpoint answered {status}", status >= 500 or status == 429)
