"""When a delivery to a target is tried again, and when it ends: a pure decision."""

from __future__ import annotations

from typing import NamedTuple

MAXIMUM_RETRY_ATTEMPTS = 185
MAXIMUM_EVENT_AGE = 86_400
LONGEST_BACKOFF = 480.0


class RetryPolicy(NamedTuple):
    """A target's ``RetryPolicy``; age in seconds (AWS docs, "How EventBridge retries delivering events")."""

    maximum_retry_attempts: int = MAXIMUM_RETRY_ATTEMPTS
    maximum_event_age: float = MAXIMUM_EVENT_AGE


class Failure(NamedTuple):
    """Why an attempt failed, in EventBridge's vocabulary, and whether trying again may help."""

    code: str
    message: str
    retryable: bool


class RetryAfter(NamedTuple):
    """Try again after so many seconds."""

    seconds: float


class GiveUp(NamedTuple):
    """End it ``seconds`` from now.  ``condition`` is the value of EXHAUSTED_RETRY_CONDITION; None: never retried."""

    condition: str | None
    seconds: float = 0.0


def backoff(retry: int, jitter: float = 1.0) -> float:
    """Seconds before retry number ``retry`` (from 1).

    AWS publishes "exponential back-off with jitter" and no numbers.  These spread the default 185 retries over 23.6
    hours, so that both defaults are nearly reached together.
    """
    return float(min(2.0 ** min(retry - 1, 30), LONGEST_BACKOFF)) * jitter


def retry_decision(
    policy: RetryPolicy, attempt: int, age: float, failure: Failure, jitter: float = 1.0
) -> RetryAfter | GiveUp:
    """What follows when attempt number ``attempt`` (from 1) failed while the event was ``age`` seconds old.

    Whichever limit comes first ends the delivery.  An event whose next retry would come too late ends at the very
    moment at which it is too old, as a sender notices it.
    """
    if not failure.retryable:
        return GiveUp(None)
    if attempt > policy.maximum_retry_attempts:
        return GiveUp("MaximumRetryAttempts")
    delay = backoff(attempt, jitter)
    if age + delay > policy.maximum_event_age:
        return GiveUp("MaximumEventAgeInSeconds", max(0.0, policy.maximum_event_age - age))
    return RetryAfter(delay)
