"""Schedule expressions: which are valid is recorded from AWS, when they fire is computed by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emulator.patterns.schedule import parse_schedule


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "rate(10 seconds)",
        "rate(10 years)",
        "rate(1 minutes)",
        "rate(1 hours)",
        "rate(1 days)",
        "rate(10 minute)",
        "rate(10 hour)",
        "rate(10 day)",
        "rate()",
        "rate(10)",
        "rate(10 minutess)",
        "rate(foo minutes)",
        "rate(0 minutes)",
        "rate(-10 minutes)",
        "rate(10 MINUTES)",
        "rate( 10 minutes )",
        " rate(10 minutes)",
        "cron(0 1 * * * *)",
        "cron(7 20 * * NOT *)",
        "cron(INVALID)",
        "cron(0 dummy ? * MON-FRI *)",
        "cron(71 8 1 * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 1 ? * 8 *)",
        "cron(0 1 SAT#3 * ? *)",
        "cron(0 1 1 13 ? *)",
        "cron()",
        "",
    ],
)
def test_invalid(text: str) -> None:
    with pytest.raises(ValueError):
        parse_schedule(text)


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 2 ? * SAT *)",
        "cron(0 12 * * ? *)",
        "cron(5,35 14 * * ? *)",
        "cron(15 10 ? * 6L 2002-2005)",
        "cron(0 2 ? * SAT#3 *)",
        "cron(* * ? * SAT#3 *)",
        "cron(0/5 5 ? JAN 1-5 2022)",
        "cron(0/30 0-2 ? * MON-FRI *)",
        "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
        "cron(*/15 * * * ? *)",
        "cron(0-59/10 0-23/2 ? * * *)",
        "cron(1-31/30 1-1 ? * 1,7 *)",
        "cron(0 0 1 1 ? 2500)",
        "rate(1 minute)",
        "rate(5 hours)",
        "rate(1 day)",
    ],
)
def test_valid(text: str) -> None:
    parse_schedule(text)


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("cron(0 12 * * ? *)", "2026-01-01T11:59:59", "2026-01-01T12:00"),
        ("cron(0 12 * * ? *)", "2026-01-01T12:00", "2026-01-02T12:00"),
        ("cron(5,35 14 * * ? *)", "2026-01-01T14:05", "2026-01-01T14:35"),
        ("cron(0/15 * * * ? *)", "2026-12-31T23:46", "2027-01-01T00:00"),
        ("cron(15 10 ? * 6L 2026)", "2026-01-01T00:00", "2026-01-30T10:15"),
        ("cron(0 2 ? * SAT#3 *)", "2026-01-01T00:00", "2026-01-17T02:00"),
        ("cron(0 2 ? * SAT *)", "2026-01-01T00:00", "2026-01-03T02:00"),
        ("cron(0 0 L * ? *)", "2028-02-01T00:00", "2028-02-29T00:00"),
        ("cron(0 0 3W * ? *)", "2026-01-01T00:00", "2026-01-02T00:00"),  # the 3rd is a Saturday
        ("cron(0 0 1W * ? *)", "2026-08-01T00:00", "2026-08-03T00:00"),  # the 1st is a Saturday
        ("cron(0 0 31 * ? *)", "2026-02-01T00:00", "2026-03-31T00:00"),
        ("cron(0 0 29 FEB ? *)", "2026-01-01T00:00", "2028-02-29T00:00"),
        ("cron(0/30 0-2 ? * MON-FRI *)", "2026-01-02T02:30", "2026-01-05T00:00"),
    ],
)
def test_cron_fires(text: str, after: str, expected: str) -> None:
    assert parse_schedule(text).next_after(at(after), 0.0) == at(expected)


def test_cron_may_be_over_or_never_come() -> None:
    assert parse_schedule("cron(15 10 ? * 6L 2002-2005)").next_after(at("2026-01-01T00:00"), 0.0) is None
    assert parse_schedule("cron(0 0 30 FEB ? *)").next_after(at("2026-01-01T00:00"), 0.0) is None


def test_rate_counts_from_creation() -> None:
    schedule = parse_schedule("rate(5 minutes)")
    assert schedule.next_after(1000.0, created=1000.0) == 1300.0
    assert schedule.next_after(1299.9, created=1000.0) == 1300.0
    assert schedule.next_after(1300.0, created=1000.0) == 1600.0
    assert schedule.next_after(0.0, created=1000.0) == 1300.0
    assert parse_schedule("rate(1 day)").next_after(0.0, created=0.0) == 86400.0
