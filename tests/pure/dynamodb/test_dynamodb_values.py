"""Attribute values and stream records (recorded from AWS; AWS docs, "Supported data types and naming rules")."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.errors import AwsError
from emulator.services.dynamodb.changes import Change, merged, stream_part
from emulator.services.dynamodb.values import number, same, size, to_stored, to_wire


@pytest.mark.parametrize(
    ("given", "kept"),
    [("1", "1"), ("001.500", "1.5"), ("-0", "0"), ("0.0", "0"), ("1e3", "1000"), ("-2.50E-2", "-0.025"), ("+7", "7")],
)
def test_numbers_in_normal_form(given: str, kept: str) -> None:
    assert number(given) == kept


@pytest.mark.parametrize("text", ["", "x", "NaN", "Infinity", "1_000", " 1", "9" * 39, "1e126", "1e-131"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(AwsError) as failure:
        number(text)
    assert failure.value.code == "ValidationException"


@given(st.decimals(min_value=-(10**30), max_value=10**30, places=6))
def test_normal_form_keeps_the_value(value: Decimal) -> None:
    text = number(str(value))
    assert Decimal(text) == value
    assert number(text) == text
    assert "E" not in text


def test_a_set_holds_a_value_once() -> None:
    with pytest.raises(AwsError) as failure:
        to_stored({"Item": {"s": {"NS": ["1", "1.0"]}}})
    assert failure.value.code == "ValidationException"


def test_binary_is_base64_inside() -> None:
    item = {"b": {"B": b"foobar"}, "m": {"M": {"B": {"S": "B"}, "l": {"L": [{"BS": [b"x"]}]}}}}
    stored = to_stored(item)
    assert stored["b"] == {"B": "Zm9vYmFy"}
    assert to_wire(stored) == item


@pytest.mark.parametrize(
    ("image", "bytes_"),
    [({"id": {"S": "Fred"}}, 6), ({"Username": {"S": "Fred"}}, 12), ({"ü": {"B": "Zm9vYmFy"}}, 8)],
)
def test_sizes(image: dict[str, dict[str, str]], bytes_: int) -> None:
    assert size(image) == bytes_


def test_sets_have_no_order() -> None:
    assert same({"s": {"SS": ["a", "b"]}}, {"s": {"SS": ["b", "a"]}})
    assert not same({"s": {"L": [{"S": "a"}, {"S": "b"}]}}, {"s": {"L": [{"S": "b"}, {"S": "a"}]}})
    assert not same(None, {})


def change(key: str, old: str | None, new: str | None) -> Change:
    images = [None if text is None else {"id": {"S": key}, "v": {"S": text}} for text in (old, new)]
    return Change("t", {"id": {"S": key}}, key, *images)


def test_one_change_per_item_from_first_to_last() -> None:
    found = merged([change("a", None, "1"), change("b", "x", "y"), change("a", "1", "2"), change("b", "y", "x")])
    assert [(one.key, one.event) for one in found] == [('{"id":{"S":"a"}}', "INSERT")]
    assert found[0].new == {"id": {"S": "a"}, "v": {"S": "2"}}


@pytest.mark.parametrize(
    ("view", "images", "bytes_"),
    [("KEYS_ONLY", [], 3), ("NEW_IMAGE", ["NewImage"], 8), ("NEW_AND_OLD_IMAGES", ["NewImage", "OldImage"], 12)],
)
def test_the_view_type_decides_images_and_size(view: str, images: list[str], bytes_: int) -> None:
    part = stream_part(change("a", "", "1"), view, "100000000000000000001", 1_700_000_000.7)
    assert [name for name in part if name.endswith("Image")] == images
    assert part["SizeBytes"] == bytes_
    assert part["ApproximateCreationDateTime"] == 1_700_000_000.0
