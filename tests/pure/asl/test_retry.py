"""Retry and Catch.  AWS docs, "Handling errors in Step Functions workflows"; texts recorded from AWS."""

from __future__ import annotations

import pytest

from emulator.asl.errors import StatesError, runtime_error
from emulator.asl.retry import RetryAfter, backoff, catcher_for, matches, retry_decision
from emulator.asl.states import Catcher, Retrier
from emulator.core.ids import Ids

BOOM = StatesError("Boom", "why")


@pytest.mark.parametrize(
    ("names", "error", "matched"),
    [
        (["States.ALL"], BOOM, True),
        (["States.TaskFailed"], BOOM, True),
        (["Boom"], BOOM, True),
        (["boom"], BOOM, False),
        (["States.Timeout"], BOOM, False),
        (["States.TaskFailed"], StatesError("States.Timeout"), False),
        (["States.ALL"], StatesError("States.Timeout"), True),
        (["States.HeartbeatTimeout"], StatesError("States.Timeout"), False),
        (["States.HeartbeatTimeout"], StatesError("States.Timeout", heartbeat=True), True),
        (["States.Timeout"], StatesError("States.Timeout", heartbeat=True), True),
        (["States.ALL"], StatesError(None), True),
        (["States.TaskFailed"], StatesError(None), True),
        (["States.ALL"], StatesError("States.DataLimitExceeded"), True),
        (["States.DataLimitExceeded"], StatesError("States.DataLimitExceeded"), True),
        (["States.ALL"], runtime_error("x"), False),
        (["States.Runtime"], runtime_error("x"), False),
    ],
)
def test_error_names(names: list[str], error: StatesError, matched: bool) -> None:
    assert matches(names, error) is matched


@pytest.mark.parametrize(("retries", "seconds"), [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16)])
def test_the_interval_grows(retries: int, seconds: float) -> None:
    assert backoff(Retrier(error_equals=("States.ALL",)), retries) == seconds


def test_the_interval_is_capped_and_never_overflows() -> None:
    retrier = Retrier(error_equals=("States.ALL",), interval_seconds=3, backoff_rate=10.0, max_delay_seconds=50)
    assert [backoff(retrier, retries) for retries in (0, 1, 2, 5000)] == [3, 30, 50, 50]


def test_retriers_count_apart_and_only_the_first_match_counts() -> None:
    retriers = [Retrier(error_equals=("Boom",), max_attempts=1), Retrier(error_equals=("States.ALL",), max_attempts=9)]
    assert retry_decision(retriers, BOOM, {}, Ids(1)) == RetryAfter(1.0, 0)
    assert retry_decision(retriers, BOOM, {0: 1}, Ids(1)) is None
    assert retry_decision(retriers, StatesError("Other"), {0: 1}, Ids(1)) == RetryAfter(1.0, 1)


def test_no_attempts_means_no_retry() -> None:
    assert retry_decision([Retrier(error_equals=("States.ALL",), max_attempts=0)], BOOM, {}, Ids(1)) is None


def test_full_jitter_stays_below_the_interval() -> None:
    retrier = Retrier(error_equals=("States.ALL",), interval_seconds=8, jitter="FULL")
    ids = Ids(1)
    waits = [decision.seconds for _ in range(50) if (decision := retry_decision([retrier], BOOM, {}, ids))]
    assert len(waits) == 50
    assert 0 <= min(waits) < max(waits) <= 8


def test_the_first_catcher_that_matches() -> None:
    catchers = [
        Catcher(error_equals=("Other",), next="A", result_path=None),
        Catcher(error_equals=("States.ALL",), next="B", result_path=None),
    ]
    found = catcher_for(catchers, BOOM)
    assert found is not None
    assert found.next == "B"
    assert catcher_for(catchers, runtime_error("x")) is None


def test_error_output() -> None:
    assert BOOM.output() == {"Error": "Boom", "Cause": "why"}
    assert StatesError(None).output() == {"Error": None, "Cause": None}
    assert StatesError("States.Timeout").output() == {"Error": "States.Timeout", "Cause": ""}


def test_a_cause_names_the_state_once() -> None:
    error = runtime_error("Bad path.").entered("A", 2)
    assert error.cause == "An error occurred while executing the state 'A' (entered at the event id #2). Bad path."
    assert error.entered("B", 3).cause == error.cause
    assert BOOM.entered("A", 2).cause == "why"
