"""The adapter: tables as moto keeps them.

``perform`` is the only way in.  It runs in a thread, one request after another, and gives AWS's answer and what the
request changed.  Of moto it uses: a POST to DynamoDB's handler, ``dynamodb_backends[account][region].tables``, and of a
table its name, key attributes, ``items`` and the hook ``stream_shard.add(old, new)``, which moto calls at every write.
moto's own streams stay off: they count a new item twice and write records for transactions that were rolled back.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.jsontext import compact
from emulator.fallthrough.bridge import question
from emulator.fallthrough.isolation import Session, current
from emulator.fallthrough.library import ask
from emulator.services.dynamodb.changes import Change, merged
from emulator.services.dynamodb.comparisons import mend_comparisons
from emulator.services.dynamodb.expressions import check_request, expressions_of
from emulator.services.dynamodb.table_checks import check_new_table, check_tables, missing_key
from emulator.services.dynamodb.transactions import cancellation, cancelled, project
from emulator.services.dynamodb.values import Image, invalid, to_wire

log = logging.getLogger("emulator.dynamodb")
_TARGET = "DynamoDB_20120810."
_SPURIOUS = "1 validation error detected: "
"""moto puts this before texts which AWS writes bare."""
_NO_INDEX = "Invalid index: "
_adapted: set[str] = set()


@dataclass(frozen=True, slots=True)
class Done:
    """A request that went well: its output, binary as bytes, and its changes, one per item."""

    result: dict[str, Any]
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class _Write:
    """One write inside moto: enough to tell it, and to take it back."""

    table: Any
    hash_key: Any
    range_key: Any
    before: Any
    change: Change


class _Tap:
    """Stands where moto has a stream's shard."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __deepcopy__(self, memo: Any) -> None:
        """A copy of a table is another table."""

    def add(self, old: Any, new: Any) -> None:
        session = current.get()
        item = new if old is None else old
        if session is None or item is None:
            return
        table = self._table
        before, after = _image(old), _image(new)
        shown: Image = after or before or {}
        names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        keys = {name: shown[name] for name in names}
        change = Change(table.name, keys, compact(keys[table.hash_key_attr]), before, after)
        session.seen.append(_Write(table, item.hash_key, item.range_key, old, change))


def _image(item: Any) -> dict[str, Any] | None:
    """An item as it is now; it lives on and changes, so this shares nothing with it."""
    if item is None:
        return None
    dump = import_module("moto.dynamodb.models.utilities").dynamo_json_dump
    image: dict[str, Any] = json.loads(dump(item.to_json()["Attributes"]))
    return image


def perform(session: Session, operation: str, params: Mapping[str, Any]) -> Done:
    """Run an operation on stored values.  Raises AwsError, and nothing is changed then.

    Whatever else goes wrong inside moto is an expression that it cannot read: it becomes ValidationException.
    """
    check_request(operation, params)
    _adapt()
    backend = import_module("moto.dynamodb.models").dynamodb_backends[session.account][session.region]
    for table in backend.tables.values():
        if table.stream_shard is None:
            table.stream_shard = _Tap(table)
    session.marks["transaction"] = operation == "TransactWriteItems"
    if operation == "BatchWriteItem":
        _check_batch(backend, params)
    if operation == "CreateTable":
        check_new_table(params)
    check_tables(backend.tables, operation, params)
    _check_puts(backend, operation, params)
    params = _spelled_out(operation, params)
    if params.get("ExclusiveStartKey"):
        _check_start(backend.tables.get(params["TableName"].rpartition("/")[2]), params)
    entries = params.get("TransactItems") or []
    try:
        result = _ask(session, operation, params)
        if operation == "TransactGetItems":
            project(partial(_ask, session), entries, result)
    except AwsError as error:
        _take_back(session)
        if operation != "TransactWriteItems":
            raise
        refused = cancelled(partial(_ask, session), entries, error)
        _take_back(session)
        raise refused from None
    except Exception as error:
        log.exception("moto cannot do %s", operation)
        _take_back(session)
        raise _unreadable(operation, params, error) from error
    for member in ("ConsumedCapacity", "ItemCollectionMetrics"):
        if params.get(f"Return{member}", "NONE") == "NONE":
            result.pop(member, None)  # moto tells some of them unasked
    return Done(result, merged(write.change for write in session.seen))


def _ask(session: Session, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """moto's result, binary as bytes; raises AwsError."""
    headers = {"x-amz-target": _TARGET + operation, "content-type": "application/x-amz-json-1.0"}
    asked = question("dynamodb", session.region, "POST", "/", headers, compact(params).encode("utf-8", "replace"))
    answer = ask("dynamodb", asked)
    if answer.status >= 400:
        raise _error(answer.body)
    result: dict[str, Any] = json.loads(answer.body or b"{}")
    return to_wire(result) if b'"B"' in answer.body or b'"BS"' in answer.body else result


def _spelled_out(operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """What moto does not read: an update without any change, the former way to ask for parts of items."""
    if operation == "UpdateItem" and not params.get("UpdateExpression") and not params.get("AttributeUpdates"):
        return {**params, "AttributeUpdates": {}}
    parts = params.get("AttributesToGet")
    if operation not in ("GetItem", "Query", "Scan") or not parts or expressions_of(operation, params):
        return params
    names = {f"#part{number}": name for number, name in enumerate(parts)}
    rest = {member: value for member, value in params.items() if member != "AttributesToGet"}
    return {**rest, "ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def _unreadable(operation: str, params: Mapping[str, Any], error: Exception) -> AwsError:
    """For a request at which moto fails with a Python error; the log has the rest of it."""
    kinds = " or ".join(expressions_of(operation, params))
    reason = str(error) if isinstance(error, ValueError) else ""
    return invalid(f"Invalid {kinds or 'request'}: {reason or 'it cannot be read'}")


def _error(body: bytes) -> AwsError:
    try:
        fields = json.loads(body)
    except ValueError:
        return AwsError("InternalServerError", body.decode("utf-8", "replace"))
    code = str(fields.pop("__type", "InternalServerError")).rpartition("#")[2]
    message = str(fields.pop("message", None) or fields.pop("Message", None) or "")
    fields.pop("Message", None)
    if code == "ValidationException" and message.startswith(
        (f"{_SPURIOUS}Value provided in Expression", f"{_SPURIOUS}Invalid ", f"{_SPURIOUS}One or more parameter")
    ):
        message = message.removeprefix(_SPURIOUS)
    if message.startswith(_NO_INDEX):  # moto has AWS's answer for Scan, and this one for Query
        index = message.removeprefix(_NO_INDEX).partition(" for table: ")[0]
        return invalid(f"The table does not have the specified index: {index}")
    return AwsError(code, message, **fields)


def _take_back(session: Session) -> None:
    """Undo what a failed request has written, latest first."""
    for write in reversed(session.seen):
        items = write.table.items
        place, key = (items, write.hash_key) if write.range_key is None else (items[write.hash_key], write.range_key)
        if write.before is None:
            place.pop(key, None)
        else:
            place[key] = write.before
    session.seen.clear()


def _check_batch(backend: Any, params: Mapping[str, Any]) -> None:
    """AWS docs, BatchWriteItem: two operations on one item reject the whole request."""
    for name, requests in params["RequestItems"].items():
        table = backend.tables.get(name.rpartition("/")[2])
        if table is None:
            continue
        names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        keys = [compact([_named(request).get(name) for name in names]) for request in requests]
        if len(set(keys)) < len(keys):
            raise invalid("Provided list of item keys contains duplicates")


def _check_start(table: Any, params: Mapping[str, Any]) -> None:
    """AWS docs, Query: what ``LastEvaluatedKey`` was, the table's key, with an index's if one is asked."""
    if table is None:
        return
    keys, given = (
        {name for name in (table.hash_key_attr, table.range_key_attr) if name},
        set(params["ExclusiveStartKey"]),
    )
    if not keys <= given or ("IndexName" not in params and keys != given):
        raise invalid("The provided starting key is invalid")


def _check_puts(backend: Any, operation: str, params: Mapping[str, Any]) -> None:
    """AWS docs, TransactWriteItems: an item that is not valid cancels the transaction."""
    entries = params["TransactItems"] if operation == "TransactWriteItems" else []
    for place, entry in enumerate(entries):
        problem = missing_key(backend.tables, entry["Put"]) if "Put" in entry else None
        if problem is not None:
            raise cancellation(len(entries), place, problem)


def _named(request: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(request) != 1:  # our own text
        raise invalid("Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest")
    ((kind, body),) = request.items()
    named: Mapping[str, Any] = body["Item" if kind == "PutRequest" else "Key"]
    return named


def _adapt() -> None:
    """moto copies whole tables before a transaction; what was written is taken back here instead."""
    if _adapted:
        return
    mend_comparisons()
    table = import_module("moto.dynamodb.models.table").Table

    def deep_copy(self: Any, memo: dict[int, Any]) -> Any:
        session = current.get()
        if session is not None and session.marks.get("transaction"):
            return self
        twin = object.__new__(type(self))
        memo[id(self)] = twin
        twin.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return twin

    table.__deepcopy__ = deep_copy
    _adapted.add("")


def items_of(session: Session, table: str) -> list[Change]:
    """Every item of a table, as if it had just been written."""
    backend = import_module("moto.dynamodb.models").dynamodb_backends[session.account][session.region]
    found = backend.tables.get(table)
    if found is None:
        return []
    names = [name for name in (found.hash_key_attr, found.range_key_attr) if name]
    images = [_image(item) or {} for item in found.all_items()]
    return [Change(table, {n: image[n] for n in names}, "", None, image) for image in images]
