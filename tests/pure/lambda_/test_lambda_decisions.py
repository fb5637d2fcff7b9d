"""Decision tables of the asynchronous queue, of batches and of concurrency.

Evidence: AWS docs, "How Lambda handles errors and retries with asynchronous invocation"; "recorded" = seen on AWS.
"""

from __future__ import annotations

from typing import Any

import pytest

from emulator.polling.batch_response import failed_items
from emulator.polling.batching import MAX_BYTES, Batch, Item, batch_limit, effective_visibility, throttle_wait
from emulator.services.lambda_.async_queue import Finish, RunNow, Wait, admission, retry_decision
from emulator.services.lambda_.concurrency import refusal
from emulator.services.lambda_.event_config import EventInvokeConfig

DEFAULTS = EventInvokeConfig()
RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT = "ConcurrentInvocationLimitExceeded"


def test_defaults_docs() -> None:
    assert (DEFAULTS.max_retries, DEFAULTS.max_age) == (2, 21_600)


def test_zero_retries_are_a_setting_and_not_its_absence() -> None:
    assert EventInvokeConfig(retries=0).max_retries == 0


@pytest.mark.parametrize(
    ("config", "attempts", "age", "decision"),
    [
        (DEFAULTS, 1, 0.1, Wait(60)),  # docs: about one minute
        (DEFAULTS, 2, 60.2, Wait(120)),  # docs: about two minutes
        (DEFAULTS, 3, 180.3, Finish("RetriesExhausted")),  # recorded: approximateInvokeCount 3
        (EventInvokeConfig(retries=0), 1, 0.1, Finish("RetriesExhausted")),
        (EventInvokeConfig(retries=1), 1, 0.1, Wait(60)),
        (EventInvokeConfig(retries=1), 2, 60.1, Finish("RetriesExhausted")),
        (EventInvokeConfig(age=60), 1, 0.1, Finish("EventAgeExceeded")),  # recorded: one run
        (EventInvokeConfig(age=90), 1, 0.1, Wait(60)),  # recorded: two runs
        (EventInvokeConfig(age=90), 2, 60.2, Finish("EventAgeExceeded")),
        (EventInvokeConfig(age=60, retries=0), 1, 0.1, Finish("RetriesExhausted")),
    ],
)
def test_after_a_failed_run(config: EventInvokeConfig, attempts: int, age: float, decision: Any) -> None:
    assert retry_decision(config, attempts, age) == decision


@pytest.mark.parametrize(
    ("age", "reserved", "throttled", "back_off", "decision"),
    [
        (0, None, False, 0, RunNow()),
        (0, 5, False, 0, RunNow()),
        (0, 0, True, 0, Finish("ZeroReservedConcurrency")),  # recorded: at once, no attempt
        (0, None, True, 0, Wait(1, throttled=True)),  # docs: one second, doubling ...
        (1, None, True, 1, Wait(2, throttled=True)),
        (900, 1, True, 256, Wait(300, throttled=True)),  # ... to five minutes
        (1200, 1, True, 300, Wait(300, throttled=True)),
        (21_500, 1, True, 300, Finish("EventAgeExceeded")),
        (21_601, None, False, 0, Finish("EventAgeExceeded")),
        (21_600, None, False, 0, RunNow()),
    ],
)
def test_before_a_run(age: float, reserved: int | None, throttled: bool, back_off: float, decision: Any) -> None:
    assert admission(DEFAULTS, age, reserved, throttled, back_off) == decision


IDS = ["m1", "m2", "m3"]


@pytest.mark.parametrize("answer", ["null", "{}", "[]", '""', '{"batchItemFailures":[]}', '{"batchItemFailures":null}'])
def test_complete_success(answer: str) -> None:
    """Docs; [] and "" recorded for Kinesis, {} recorded for SQS."""
    assert failed_items(answer.encode(), None, True, IDS) == set()


def test_listed_messages_stay_recorded() -> None:
    answer = b'{"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m3"},{"itemIdentifier":"m2"}]}'
    assert failed_items(answer, None, True, IDS) == {"m2", "m3"}


@pytest.mark.parametrize(
    "item",
    [
        '{"itemIdentifier":"other"}',
        '{"itemIdentifier":7}',
        '{"itemIdentifier":""}',
        '{"itemIdentifier":null}',
        '{"foo":"m1"}',
        "null",
    ],
)
def test_unknown_identifier_fails_the_whole_batch(item: str) -> None:
    """Recorded for streams in every form, for SQS with a wrong key; docs for both."""
    answer = f'{{"batchItemFailures":[{{"itemIdentifier":"m1"}},{item}]}}'
    assert failed_items(answer.encode(), None, True, IDS) == set(IDS)


@pytest.mark.parametrize("answer", ["not json", '{"batchItemFailures":"m1"}', '{"batchItemFailures":{}}'])
def test_unreadable_report_fails_the_whole_batch_docs(answer: str) -> None:
    assert failed_items(answer.encode(), None, True, IDS) == set(IDS)


@pytest.mark.parametrize("reporting", [True, False])
def test_function_error_fails_the_whole_batch_recorded(reporting: bool) -> None:
    assert failed_items(b'{"batchItemFailures":[]}', "Unhandled", reporting, IDS) == set(IDS)


def test_report_is_ignored_unless_asked_for() -> None:
    assert failed_items(b'{"batchItemFailures":[{"itemIdentifier":"m1"}]}', None, False, IDS) == set()


@pytest.mark.parametrize(
    ("busy", "maximum", "limit"),
    [(0, None, 5), (59.9, None, 5), (60, None, 305), (120, None, 605), (1e6, None, 1000), (0, 2, 2), (600, 50, 50)],
)
def test_scaling_docs(busy: float, maximum: int | None, limit: int) -> None:
    """Five batches at first, 300 more per minute, up to 1,000 or MaximumConcurrency."""
    assert batch_limit(busy, maximum) == limit


@pytest.mark.parametrize(
    ("queue", "window", "timeout", "expected"),
    [(30, 0, 60, None), (30, 5, 3, None), (30, 28, 3, 61), (30, 27, 3, None), (30, 300, 900, 1230)],
)
def test_visibility_with_a_window_docs(queue: float, window: int, timeout: float, expected: float | None) -> None:
    """Window + function timeout + 30 s where the queue's own timeout is shorter than window + function timeout."""
    assert effective_visibility(queue, window, timeout) == expected


def test_throttled_batches_wait_longer_each_time() -> None:
    waits = [0.0]
    for _ in range(8):
        waits.append(throttle_wait(waits[-1]))
    assert waits[1:] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_batch_has_room_up_to_6_mb_and_for_one_message_in_any_case() -> None:
    item = Item.of(None, {"messageId": "m", "body": "x" * (MAX_BYTES // 2)})  # type: ignore[arg-type]  # not looked at
    batch = Batch(10)
    assert batch.room_for(item)
    batch.add(item, 5.0)
    assert not batch.room_for(item)
    assert batch.visible_at == 5.0


@pytest.mark.parametrize(
    ("running", "reserved", "unreserved", "limit", "reason"),
    [
        (0, None, 999, 1000, None),
        (0, None, 1000, 1000, ACCOUNT),
        (1, 2, 0, 0, None),
        (2, 2, 0, 0, RESERVED),  # recorded
        (0, 0, 0, 0, RESERVED),
        (0, 1, 1000, 1000, None),  # a reservation does not draw on the common pool
    ],
)
def test_concurrency(running: int, reserved: int | None, unreserved: int, limit: int, reason: str | None) -> None:
    assert refusal(running, reserved, unreserved, limit) == reason
