"""What AWS refuses in a request before it looks at a table: placeholders without meaning, values that are none.

Codes: AWS docs, "Expression attribute names", "Using expression attribute values", AttributeValue.  Texts are reported,
not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.services.dynamodb.values import invalid

EXPRESSIONS = (
    "UpdateExpression",
    "ConditionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
_NAME, _VALUE = re.compile(r"#\w+"), re.compile(r":\w+")
_ONE_TYPE = "must contain exactly one of the supported datatypes"


def check_request(operation: str, params: Mapping[str, Any]) -> None:
    """Raises ValidationException."""
    for part in _parts(operation, params):
        for kind in ("Item", "Key", "ExclusiveStartKey", "ExpressionAttributeValues"):
            for value in (part.get(kind) or {}).values():
                _check_value(value)
        for kind in EXPRESSIONS:
            if part.get(kind) is not None:
                _check_expression(kind, part[kind], part)


def expressions_of(operation: str, params: Mapping[str, Any]) -> list[str]:
    """Which kinds of expressions a request has."""
    return [kind for kind in EXPRESSIONS if any(part.get(kind) is not None for part in _parts(operation, params))]


def _parts(operation: str, params: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for item in params["TransactItems"]:
            yield from item.values()
    elif operation == "BatchWriteItem":
        for requests in params["RequestItems"].values():
            for request in requests:
                yield from request.values()
    elif operation == "BatchGetItem":
        for part in params["RequestItems"].values():
            yield part
            yield from ({"Key": key} for key in part["Keys"])
    else:
        yield params


def _check_value(value: Mapping[str, Any]) -> None:
    if len(value) != 1:
        raise invalid(
            f"Supplied AttributeValue {'has more than one datatypes set' if value else 'is empty'}, {_ONE_TYPE}"
        )
    ((tag, inner),) = value.items()
    if tag in ("M", "L"):
        for child in inner.values() if tag == "M" else inner:
            _check_value(child)


def _check_expression(kind: str, text: str, part: Mapping[str, Any]) -> None:
    if not text.strip():
        raise invalid(f"Invalid {kind}: The expression can not be empty;")
    names, values = part.get("ExpressionAttributeNames") or {}, part.get("ExpressionAttributeValues") or {}
    for found in _NAME.findall(text):
        if found not in names:
            where = "An expression attribute name used in the document path is not defined"
            raise invalid(f"Invalid {kind}: {where}; attribute name: {found}")
    for found in _VALUE.findall(text):
        if found not in values:
            where = "An expression attribute value used in expression is not defined"
            raise invalid(f"Invalid {kind}: {where}; attribute value: {found}")
