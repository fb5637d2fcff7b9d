"""What AWS refuses when it looks at a table: tables that are not there, keys of another type than the table's.

Codes and the text on missing tables: recorded; the other texts are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.core.errors import AwsError
from emulator.services.dynamodb.values import invalid

_TABLE_ACTIONS = frozenset({"DescribeTable", "UpdateTable", "DeleteTable", "DescribeTimeToLive", "UpdateTimeToLive"})
_TAG_ACTIONS = frozenset({"TagResource", "UntagResource", "ListTagsOfResource"})
_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
_ONE, _FAILED = "1 validation error detected: ", "failed to satisfy constraint:"
_NO_MATCH = "The provided key element does not match the schema"
_MISMATCH = "One or more parameter values were invalid: Type mismatch for"


def check_new_table(params: Mapping[str, Any]) -> None:
    """CreateTable's name and the members that it needs."""
    for member in ("KeySchema", "AttributeDefinitions"):
        if params.get(member) is None:
            shown = member[:1].lower() + member[1:]
            raise invalid(f"{_ONE}Value null at '{shown}' {_FAILED} Member must not be null")
    name = params["TableName"]
    if not 3 <= len(name) <= 255:
        raise invalid("TableName must be at least 3 characters long and at most 255 characters long")
    if not _NAME.fullmatch(name):
        wanted = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        raise invalid(f"{_ONE}Value '{name}' at 'tableName' {_FAILED} {wanted}")


def check_tables(tables: Mapping[str, Any], operation: str, params: Mapping[str, Any]) -> None:
    """``tables``: the engine's, by name.  Raises ResourceNotFoundException, ValidationException."""
    if operation in _TABLE_ACTIONS and _name(params["TableName"]) not in tables:
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: Table: {_name(params['TableName'])} not found"
        )
    if operation in _TAG_ACTIONS and ":table/" in params["ResourceArn"] and _name(params["ResourceArn"]) not in tables:
        arn = params["ResourceArn"]
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: ResourcArn: {arn} not found")
    for name, key in _keys(operation, params):
        table = tables.get(_name(name))
        if table is not None:
            _check_key(table, key)
    for name, item in _items(operation, params):
        table = tables.get(_name(name))
        if table is not None:
            _check_index_keys(table, item)


def missing_key(tables: Mapping[str, Any], put: Mapping[str, Any]) -> str | None:
    """What is wrong with an item that lacks a key of its table."""
    table = tables.get(_name(put["TableName"]))
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name] if table is not None else []
    lacking = next((name for name in names if name not in put["Item"]), None)
    if lacking is None:
        return None
    return f"One or more parameter values were invalid: Missing the key {lacking} in the item"


def _name(name_or_arn: str) -> str:
    return name_or_arn.rpartition("/")[2]


def _keys(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Table and key of whatever a request addresses."""
    if operation in ("GetItem", "DeleteItem", "UpdateItem"):
        yield params["TableName"], params["Key"]
    elif operation == "BatchGetItem":
        for name, part in params["RequestItems"].items():
            yield from ((name, key) for key in part["Keys"])
    elif operation == "BatchWriteItem":
        for name, requests in params["RequestItems"].items():
            yield from ((name, request["DeleteRequest"]["Key"]) for request in requests if "DeleteRequest" in request)
    elif operation in ("TransactGetItems", "TransactWriteItems"):
        for entry in params["TransactItems"]:
            yield from ((part["TableName"], part["Key"]) for part in entry.values() if "Key" in part)


def _items(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Table and item of whatever a request puts."""
    if operation == "PutItem":
        yield params["TableName"], params["Item"]
    elif operation == "BatchWriteItem":
        for name, requests in params["RequestItems"].items():
            yield from ((name, request["PutRequest"]["Item"]) for request in requests if "PutRequest" in request)
    elif operation == "TransactWriteItems":
        for entry in params["TransactItems"]:
            yield from ((part["TableName"], part["Item"]) for part in entry.values() if "Item" in part)


def _types(table: Any) -> dict[str, str]:
    return {entry["AttributeName"]: entry["AttributeType"] for entry in table.attr}


def _check_key(table: Any, key: Mapping[str, Any]) -> None:
    types = _types(table)
    for name in (table.hash_key_attr, table.range_key_attr):
        value = key.get(name) if name else None
        if value is not None and types.get(name) not in (None, *value):
            raise invalid(_NO_MATCH)


def _check_index_keys(table: Any, item: Mapping[str, Any]) -> None:
    types = _types(table)
    for index in (*table.indexes, *table.global_indexes):
        for element in index.schema:
            name = element["AttributeName"]
            value, wanted = item.get(name), types.get(name)
            if value is not None and wanted is not None and wanted not in value:
                (actual,) = value
                where = f"Expected: {wanted} Actual: {actual} IndexName: {index.name}"
                raise invalid(f"{_MISMATCH} Index Key {name} {where}")
