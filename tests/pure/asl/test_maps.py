"""Map: items, settings, batches.  Texts: recorded from AWS; ItemBatcher and ItemReader by the AWS docs too."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.asl.errors import QUERY_EVALUATION_ERROR, RUNTIME, StatesError
from emulator.asl.items import read_items
from emulator.asl.maps import MapSettings, batches, iteration_input, map_items, map_settings, max_items
from emulator.asl.states import ItemReader
from tests.pure.asl.support import fails, visit

INNER = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}


def mapped(data: Any = None, variables: dict[str, Any] | None = None, **fields: Any) -> Any:
    return visit({"Type": "Map", "ItemProcessor": INNER, **fields}, data, variables)


def distributed(data: Any = None, variables: dict[str, Any] | None = None, **fields: Any) -> Any:
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return visit({"Type": "Map", "ItemProcessor": {**INNER, **config}, **fields}, data, variables)


def test_items() -> None:
    assert map_items(mapped([1, None])) == [1, None]
    assert map_items(mapped({"a": [1]}, ItemsPath="$.a")) == [1]
    assert map_items(mapped({}, {"v": [2]}, ItemsPath="$v")) == [2]
    assert map_items(mapped({}, QueryLanguage="JSONata", Items=[1, "{% $number('2') %}", 3])) == [1, 2, 3]
    assert map_items(distributed({"k": 5})) == [{"Key": "k", "Value": 5}]


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ("{% true %}", "but was 'boolean' for value: true"),
        ("{% 1 %}", "but was 'number' for value: 1"),
        ("{% null %}", "but was 'null' for value: null"),
        ("{% {'a': 'b'} %}", 'but was \'object\' for value: {"a":"b"}'),
    ],
)
def test_items_must_be_an_array(items: str, text: str) -> None:
    fails(
        lambda: map_items(mapped({}, QueryLanguage="JSONata", Items=items)),
        QUERY_EVALUATION_ERROR,
        f"The JSONata expression '{items[3:-3]}' specified for the field 'Items' returned an unexpected result type. "
        f"Expected 'array', {text}",
    )


def test_a_function_as_items() -> None:
    fails(
        lambda: map_items(mapped({}, QueryLanguage="JSONata", Items="{% $fn := function($x){$x} %}")),
        QUERY_EVALUATION_ERROR,
        "The JSONata expression '$fn := function($x){$x}' specified for the field 'Items' returned an unsupported "
        "result type.",
    )


def test_an_input_that_is_no_array() -> None:
    fails(
        lambda: map_items(mapped({"foo": "bar"}, QueryLanguage="JSONata")),
        QUERY_EVALUATION_ERROR,
        'Map state input must be an array but was: {"foo":"bar"}',
    )
    fails(lambda: map_items(mapped({}, ItemsPath="$$")), RUNTIME, 'Reference path "$" must point to array.')


def test_iteration_input() -> None:
    assert iteration_input(mapped([1]), 0, "item") == "item"
    selector = {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "all.$": "$.k"}
    here = mapped({"in": {"k": 1}}, InputPath="$.in", ItemsPath="$.none", ItemSelector=selector)
    assert iteration_input(here, 3, "x") == {"v": "x", "i": 3, "all": 1}
    old = visit({"Type": "Map", "Iterator": INNER, "Parameters": {"v.$": "$$.Map.Item.Value"}}, [])
    assert iteration_input(old, 0, 7) == {"v": 7}
    asked = mapped(
        [], {"w": 2}, QueryLanguage="JSONata", ItemSelector={"v": "{% $states.context.Map.Item.Value + $w %}"}
    )
    assert iteration_input(asked, 0, 7) == {"v": 9}


def test_items_of_an_object_have_keys_in_the_context() -> None:
    """AWS docs, "Context object": ``Map.Item.Key`` for JSON objects only."""
    here = distributed({"k": 5}, ItemSelector={"key.$": "$$.Map.Item.Key"})
    assert [iteration_input(here, index, item) for index, item in enumerate(map_items(here))] == [{"key": "k"}]
    with pytest.raises(StatesError):
        iteration_input(here, 0, {"Key": "k", "Value": 5})


def test_settings() -> None:
    assert map_settings(mapped([])) == MapSettings(0, None, None)
    here = mapped({"n": 3}, MaxConcurrencyPath="$.n", ToleratedFailureCount=2, ToleratedFailurePercentage=1.5)
    assert map_settings(here) == MapSettings(3, 2, 1.5)


@pytest.mark.parametrize(
    ("fields", "value", "cause"),
    [
        (
            {"MaxConcurrencyPath": "$.p"},
            "NoNumber",
            'The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.p',
        ),
        (
            {"MaxConcurrencyPath": "$.p"},
            {},
            'The MaxConcurrencyPath field refers to value "{}" which is not a valid integer: $.p',
        ),
        (
            {"ToleratedFailurePercentagePath": "$.p"},
            "NoNumber",
            'The ToleratedFailurePercentagePath field refers to value "NoNumber" which is not a valid float: $.p',
        ),
        ({"ToleratedFailureCountPath": "$.p"}, -1, "ToleratedFailureCount cannot be negative."),
        ({"ToleratedFailurePercentagePath": "$.p"}, 101, "ToleratedFailurePercentage must be between 0 and 100."),
    ],
)
def test_bad_settings(fields: dict[str, Any], value: Any, cause: str) -> None:
    fails(lambda: map_settings(mapped({"p": value}, **fields)), RUNTIME, cause)


@pytest.mark.parametrize(
    ("count", "percentage", "failed", "exceeded"),
    [
        (None, None, 0, False),
        (None, None, 1, True),
        (0, 0.0, 1, True),
        (2, None, 2, False),
        (2, None, 3, True),
        (None, 30.0, 3, False),
        (None, 30.0, 4, True),
        (None, 100.0, 10, False),
        (1, 90.0, 2, True),
    ],
)
def test_the_threshold_of_ten_items(count: int | None, percentage: float | None, failed: int, exceeded: bool) -> None:
    assert MapSettings(0, count, percentage).exceeded(failed, 10) is exceeded


def test_batches() -> None:
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"b.$": "$.k"}}
    here = distributed({"k": 1}, ItemBatcher=batcher)
    assert batches(here, [1, 2, 3]) == [
        {"BatchInput": {"b": 1}, "Items": [1, 2]},
        {"BatchInput": {"b": 1}, "Items": [3]},
    ]
    assert batches(distributed({}, {"n": "2"}, ItemBatcher={"MaxItemsPerBatchPath": "$n"}), [1, 2]) == [
        {"Items": [1, 2]}
    ]
    by_size = distributed({}, ItemBatcher={"MaxInputBytesPerBatch": 30})
    assert [len(batch["Items"]) for batch in batches(by_size, ["12345678"] * 4)] == [2, 2]


READ = {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {}}


@pytest.mark.parametrize(("value", "limit"), [(2, 2), ("2", 2), (0, None), (200_000_000, 200_000_000)])
def test_max_items(value: Any, limit: int | None) -> None:
    reader = {"Resource": READ["Resource"], "ReaderConfig": {"InputType": "CSV", "MaxItemsPath": "$n"}}
    assert max_items(distributed({}, {"n": value}, ItemReader=reader)) == limit


def test_negative_max_items() -> None:
    reader = {"Resource": READ["Resource"], "ReaderConfig": {"InputType": "CSV", "MaxItemsPath": "$n"}}
    fails(
        lambda: max_items(distributed({}, {"n": -1}, ItemReader=reader)),
        "States.ItemReaderFailed",
        "field MaxItems must be positive",
    )


def reader(**fields: Any) -> ItemReader:
    return ItemReader(resource="arn:aws:states:::s3:getObject", **fields)


def test_csv() -> None:
    first_row = reader(input_type="CSV", csv_header_location="FIRST_ROW")
    assert read_items(b"a,0\nx\n1,2\n", first_row) == [{"a": "x", "0": ""}, {"a": "1", "0": "2"}]
    assert read_items(b"a,\n1,2\n", first_row) == [{"a": "1", "": "2"}]
    assert read_items(b"a,b\n  \n", first_row) == [{"a": "  ", "b": ""}]
    given = reader(input_type="CSV", csv_header_location="GIVEN", csv_headers=("h",), csv_delimiter="PIPE")
    assert read_items(b"1|2\n3|4\n", given, 1) == [{"h": "1"}]


def test_json_and_jsonl() -> None:
    assert read_items(b"[1, {}]", reader(input_type="JSON")) == [1, {}]
    assert read_items(b'{"a": {"b": [7]}}', reader(input_type="JSON", items_pointer="/a/b")) == [7]
    assert read_items(b'{"a": 1}\n[2]\n', reader(input_type="JSONL")) == [{"a": 1}, [2]]


@pytest.mark.parametrize(
    ("body", "kind", "cause"),
    [
        (b"a,a\n1,2\n", "CSV", "CSV headers cannot contain duplicates."),
        (b"5", "JSON", "Attempting to map over non-iterable node."),
    ],
)
def test_unreadable_files(body: bytes, kind: str, cause: str) -> None:
    fails(lambda: read_items(body, reader(input_type=kind)), "States.ItemReaderFailed", cause)
