"""When deliveries are retried and when they end."""

from __future__ import annotations

from emulator.services.events.retry import Failure, GiveUp, RetryAfter, RetryPolicy, backoff, retry_decision

THROTTLED = Failure("THROTTLING", "Rate Exceeded.", True)
GONE = Failure("NO_RESOURCE", "no such queue", False)


def test_a_permanent_failure_is_not_retried() -> None:
    assert isinstance(retry_decision(RetryPolicy(), 1, 0, GONE), GiveUp)


def test_delays_double_up_to_eight_minutes() -> None:
    assert [backoff(retry) for retry in (1, 2, 3, 9, 10, 185)] == [1, 2, 4, 256, 480, 480]


def test_jitter_scales_the_delay() -> None:
    assert retry_decision(RetryPolicy(), 3, 0, THROTTLED, jitter=0.5) == RetryAfter(2.0)


def test_zero_retries_means_one_attempt() -> None:
    assert retry_decision(RetryPolicy(0), 1, 0, THROTTLED) == GiveUp("MaximumRetryAttempts")


def test_the_last_retry_is_still_made() -> None:
    policy = RetryPolicy(2)
    assert retry_decision(policy, 1, 0, THROTTLED) == RetryAfter(1.0)
    assert retry_decision(policy, 2, 1, THROTTLED) == RetryAfter(2.0)
    assert retry_decision(policy, 3, 3, THROTTLED) == GiveUp("MaximumRetryAttempts")


def test_defaults_are_185_retries_and_a_day() -> None:
    assert retry_decision(RetryPolicy(), 185, 0, THROTTLED) == RetryAfter(480.0)
    assert retry_decision(RetryPolicy(), 186, 0, THROTTLED) == GiveUp("MaximumRetryAttempts")
    assert retry_decision(RetryPolicy(), 1, 86_400, THROTTLED) == GiveUp("MaximumEventAgeInSeconds")


def test_an_event_ends_when_it_is_too_old_not_when_the_next_retry_would_come() -> None:
    policy = RetryPolicy(185, 60)
    assert retry_decision(policy, 5, 31 - 16, THROTTLED) == RetryAfter(16.0)
    assert retry_decision(policy, 6, 31, THROTTLED) == GiveUp("MaximumEventAgeInSeconds", 29.0)


def test_the_defaults_are_nearly_reached_together() -> None:
    assert 23 * 3600 < sum(backoff(retry) for retry in range(1, 186)) < 86_400
