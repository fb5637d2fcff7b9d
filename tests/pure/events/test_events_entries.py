"""PutEvents entries: sizes and errors."""

from __future__ import annotations

import pytest

from emulator.services.events.entries import EntryError, entry_size, read_detail, total_size

GOOD = {"Source": "app.tasks", "DetailType": "task.submit", "Detail": '{"taskId":"t-1"}'}


def test_size_counts_utf8_bytes_of_everything_but_the_bus() -> None:
    entry = {"Source": "é", "DetailType": "dt", "Detail": "{}", "Resources": ["ab", "€"], "EventBusName": "ignored"}
    assert entry_size(entry) == 2 + 2 + 2 + 2 + 3


def test_a_given_time_costs_14_bytes() -> None:
    assert entry_size({**GOOD, "Time": 0.0}) - entry_size(GOOD) == 14
    assert entry_size({**GOOD, "Time": None}) == entry_size(GOOD)


def test_the_total_is_the_sum() -> None:
    assert total_size([GOOD, {}, GOOD]) == 2 * entry_size(GOOD)


@pytest.mark.parametrize("name", ["Source", "DetailType", "Detail"])
@pytest.mark.parametrize("value", ["", None])
def test_required_members(name: str, value: str | None) -> None:
    message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
    assert read_detail({**GOOD, name: value}) == EntryError("InvalidArgument", message)
    assert read_detail({key: text for key, text in GOOD.items() if key != name}) == EntryError(
        "InvalidArgument", message
    )


@pytest.mark.parametrize("detail", ["NotJSON", "[]", "{{}", '"str"', "null", '{"a":NaN}', "{" * 5000])
def test_malformed_details(detail: str) -> None:
    assert read_detail({**GOOD, "Detail": detail}) == EntryError("MalformedDetail", "Detail is malformed.")


def test_sources_of_aws_are_reserved() -> None:
    error = EntryError("NotAuthorizedForSourceException", "Not authorized for the source.")
    assert read_detail({**GOOD, "Source": "aws.tasks"}) == error
    assert read_detail({**GOOD, "Source": "awsome"}) == {"taskId": "t-1"}
