"""Requests that are wrong whatever is in the table (AWS docs, placeholders in expressions; AttributeValue)."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.core.errors import AwsError
from emulator.services.dynamodb.expressions import check_request

ID = {"id": {"S": "a"}}


def refusal(operation: str, params: dict[str, Any]) -> str:
    with pytest.raises(AwsError) as failure:
        check_request(operation, params)
    assert failure.value.code == "ValidationException"
    return failure.value.message or ""


@pytest.mark.parametrize(
    ("expression", "named"),
    [("#a = :b", "#a"), ("#known = :b", ":b"), ("size(#known) > :known AND a.#b[0] = :known", "#b"), (" ", "empty")],
)
@pytest.mark.parametrize("kind", ["ConditionExpression", "FilterExpression", "KeyConditionExpression"])
def test_placeholders_without_meaning(kind: str, expression: str, named: str) -> None:
    known = {"ExpressionAttributeNames": {"#known": "n"}, "ExpressionAttributeValues": {":known": {"N": "1"}}}
    message = refusal("Query", {kind: expression, **known})
    assert message.startswith(f"Invalid {kind}: ")
    assert named in message
    assert kind in refusal("TransactWriteItems", {"TransactItems": [{"Put": {kind: expression, **known}}]})


@pytest.mark.parametrize("value", [{}, {"S": "a", "N": "1"}, {"L": [{"S": "a"}, {}]}, {"M": {"a": {"L": [{}]}}}])
def test_values_have_exactly_one_type(value: dict[str, Any]) -> None:
    requests: list[tuple[str, dict[str, Any]]] = [
        ("PutItem", {"Item": {**ID, "a": value}}),
        ("GetItem", {"Key": {"id": value}}),
        ("Scan", {"ExclusiveStartKey": {"id": value}}),
        ("UpdateItem", {"Key": ID, "ExpressionAttributeValues": {":v": value}}),
        ("BatchWriteItem", {"RequestItems": {"t": [{"PutRequest": {"Item": {"a": value}}}]}}),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": [ID, {"id": value}]}}}),
        ("TransactWriteItems", {"TransactItems": [{"Delete": {"Key": {"id": value}}}]}),
    ]
    for operation, params in requests:
        assert "exactly one" in refusal(operation, params), operation


def test_requests_in_order() -> None:
    """An item's attributes may have any name, also those of a request's members."""
    check_request("PutItem", {"Item": {**ID, "ConditionExpression": {"S": "#a"}, "#a": {"M": {":b": {"NULL": True}}}}})
    check_request("Scan", {"ProjectionExpression": "a, b.c[1]"})
    check_request("BatchGetItem", {"RequestItems": {"t": {"Keys": [ID], "ProjectionExpression": "id"}}})
    check_request("ListTables", {})
