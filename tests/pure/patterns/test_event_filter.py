"""FilterCriteria of event source mappings: AWS docs' tables and recorded cases."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from emulator.patterns.event_filter import compile_filters
from emulator.patterns.invalid_pattern import InvalidPattern


def accepts(pattern: Any, record: dict[str, Any]) -> bool:
    return compile_filters([json.dumps(pattern)]).accepts(record)


def message(body: str) -> dict[str, Any]:
    return {"messageId": "m", "body": body, "eventSource": "aws:sqs", "messageAttributes": {}}


@pytest.mark.parametrize(
    ("pattern", "body", "expected"),
    [
        ({"body": {"k": ["v"]}}, '{"k":"v"}', True),
        ({"body": {"k": ["v"]}}, '{"k":"w"}', False),
        ({"body": {"k": ["v"]}}, "plain", False),
        ({"body": {"k": [{"exists": False}]}}, "plain", False),
        ({"body": {"n": [{"numeric": [">", 1]}]}}, '{"n":2.5}', True),
        ({"body": ["plain"]}, "plain", True),
        ({"body": ["plain"]}, "other", False),
        ({"body": [{"prefix": "{"}]}, '{"k":"v"}', False),
        ({"body": [{"prefix": "{"}]}, "{no json", True),
        ({"eventSource": ["aws:sqs"]}, "plain", True),
        ({"eventSource": ["aws:sqs"]}, '{"k":"v"}', True),
        ({"eventSource": ["aws:sns"]}, "plain", False),
        ({"$or": [{"body": {"k": ["v"]}}, {"messageId": ["m"]}]}, "plain", True),
    ],
)
def test_messages_of_a_queue(pattern: Any, body: str, expected: bool) -> None:
    assert accepts(pattern, message(body)) is expected


@pytest.mark.parametrize(
    ("new_image", "image", "expected"),
    [
        ({"status": {"S": ["done"]}}, {"status": {"S": "done"}}, True),
        ({"status": ["done"]}, {"status": {"S": "done"}}, False),
        ({"n": {"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}}, {"n": {"N": "42"}}, True),
        ({"n": {"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}}, {"n": {"N": "101"}}, False),
        ({"status": [{"exists": False}]}, {"status": {"S": "done"}}, True),
    ],
)
def test_records_of_a_table(new_image: Any, image: Any, expected: bool) -> None:
    assert accepts({"dynamodb": {"NewImage": new_image}}, {"dynamodb": {"NewImage": image}}) is expected


def test_creation_time_of_a_table_record_is_a_number() -> None:
    pattern = {"dynamodb": {"ApproximateCreationDateTime": [{"numeric": [">", 100]}]}}
    assert accepts(pattern, {"dynamodb": {"ApproximateCreationDateTime": 101.0}})


def test_data_of_a_stream_record_is_decoded() -> None:
    data = base64.b64encode(b'{"k":"v"}').decode()
    assert accepts({"data": {"k": ["v"]}}, {"kinesis": {"data": data}})
    assert not accepts({"data": {"k": ["v"]}}, {"kinesis": {"data": "no base64"}})


def test_filters_are_alternatives_and_none_accepts_all() -> None:
    filters = compile_filters(['{"body":{"a":["1"]}}', '{"body":{"b":["2"]}}'])
    assert filters.accepts(message('{"b":"2"}'))
    assert not filters.accepts(message('{"b":"1"}'))
    assert compile_filters([]).accepts(message("anything"))


@pytest.mark.parametrize(
    "pattern",
    [
        '"simple string"',
        "null",
        '{"eventSource":"aws:sqs"}',
        '{"eventSource":[]}',
        '{"a":',
        '{"a":[{"anything-but":{"suffix":"x"}}]}',
    ],
)
def test_wrong_definitions(pattern: str) -> None:
    with pytest.raises(InvalidPattern) as caught:
        compile_filters([pattern])
    assert caught.value.reason == "Invalid filter pattern definition."


def test_a_field_may_be_called_anything_but() -> None:
    assert accepts({"anything-but": {"a": [{"anything-but": ["x"]}]}}, {"anything-but": {"a": "y"}})
