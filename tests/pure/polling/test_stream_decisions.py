"""What follows from an answer to stream records (AWS docs and recordings, see the module)."""

from __future__ import annotations

import json

import pytest

from emulator.polling.settings import StreamSettings
from emulator.polling.stream_decisions import GiveUp, Retry, Split, after_failure, first_failed, lane_of

SEQUENCES = ["111", "112", "113", "114"]


def failures(*identifiers: object) -> bytes:
    return json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in identifiers]}).encode()


@pytest.mark.parametrize(
    ("payload", "error", "expected"),
    [
        (b"null", None, None),
        (b"{}", None, None),
        (b'{"batchItemFailures":[]}', None, None),
        (b'{"batchItemFailures":null}', None, None),
        (b"null", "Unhandled", 0),
        (failures("113"), None, 2),
        (failures("114", "112"), None, 1),
        (failures("unknown"), None, 0),
        (failures(""), None, 0),
        (failures(None), None, 0),
        (b'{"batchItemFailures":[{"foo":"112"}]}', None, 0),
    ],
)
def test_lowest_failing_sequence_number_is_the_checkpoint_recorded(
    payload: bytes, error: str | None, expected: int | None
) -> None:
    assert first_failed(payload, error, True, SEQUENCES) == expected


def test_answers_are_ignored_without_report_batch_item_failures() -> None:
    assert first_failed(failures("113"), None, False, SEQUENCES) is None


def test_retries_wait_1_2_4_up_to_60_seconds() -> None:
    settings = StreamSettings()
    waits = [after_failure(settings, 4, retries, partial=False) for retries in (0, 1, 2, 5, 6, 5000)]
    assert waits == [Retry(1), Retry(2), Retry(4), Retry(32), Retry(60), Retry(60)]


def test_retries_end_after_the_configured_number_recorded() -> None:
    settings = StreamSettings(max_retries=1)
    assert after_failure(settings, 4, 0, partial=False) == Retry(1)
    assert after_failure(settings, 4, 1, partial=False) == GiveUp()


def test_zero_retries_give_up_at_once() -> None:
    assert after_failure(StreamSettings(max_retries=0), 4, 0, partial=False) == GiveUp()


def test_bisect_halves_until_one_record_is_left() -> None:
    settings = StreamSettings(bisect=True, max_retries=0)
    assert after_failure(settings, 5, 0, partial=False) == Split(2)
    assert after_failure(settings, 1, 0, partial=False) == GiveUp()


def test_bisect_with_a_partial_answer_splits_there() -> None:
    assert after_failure(StreamSettings(bisect=True, max_retries=0), 3, 0, partial=True) == Split(0)


def test_a_key_stays_in_its_lane() -> None:
    assert len({lane_of("a", 10) for _ in range(5)}) == 1
    assert {lane_of(str(number), 4) for number in range(100)} == {0, 1, 2, 3}
