"""DynamoDB operations on tables, their streams and their expiry."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.timestamps import iso_milliseconds
from emulator.fallthrough.bridge import bridge_of
from emulator.services.dynamodb.api_items import forwarded
from emulator.services.dynamodb.changes import Change
from emulator.services.dynamodb.engine import items_of
from emulator.services.dynamodb.expiry import watch
from emulator.services.dynamodb.running import execute, expire
from emulator.services.dynamodb.store import DynamoDbStore
from emulator.services.dynamodb.stream import Stream
from emulator.services.dynamodb.values import invalid

list_tables = forwarded("ListTables")
tag_resource = forwarded("TagResource")
untag_resource = forwarded("UntagResource")
list_tags_of_resource = forwarded("ListTagsOfResource")
describe_time_to_live = forwarded("DescribeTimeToLive")
describe_continuous_backups = forwarded("DescribeContinuousBackups")
update_continuous_backups = forwarded("UpdateContinuousBackups")
create_backup = forwarded("CreateBackup")
describe_backup = forwarded("DescribeBackup")
list_backups = forwarded("ListBackups")
delete_backup = forwarded("DeleteBackup")
restore_table_from_backup = forwarded("RestoreTableFromBackup")


async def create_table(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    rest = dict(params)
    view = _view(rest.pop("StreamSpecification", None))
    _check_key_schema(params.get("KeySchema") or [])

    def settle(result: dict[str, Any]) -> dict[str, Any]:
        if view is not None:
            _open_stream(call, result["TableDescription"], view)
        return {"TableDescription": _described(call, result["TableDescription"])}

    return await execute(call, "CreateTable", rest, settle)


async def describe_table(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return await execute(call, "DescribeTable", params, lambda result: {"Table": _described(call, result["Table"])})


async def update_table(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Streams are switched here; everything else is the engine's."""
    rest = dict(params)
    spec = rest.pop("StreamSpecification", None)
    view, name = _view(spec), params["TableName"].rpartition("/")[2]
    current = call.store(DynamoDbStore).stream_of(name)
    if view is not None and current is not None:
        raise invalid(f"Table already has an enabled stream: TableName: {name}")
    if spec is not None and view is None and current is None:
        raise invalid(f"Table is already disabled for streams: TableName: {name}")

    def settle(result: dict[str, Any]) -> dict[str, Any]:
        description = result.get("TableDescription") or result["Table"]
        if view is not None:
            _open_stream(call, description, view)
        elif spec is not None and current is not None:
            current.close()
        return {"TableDescription": _described(call, description)}

    return await execute(call, "UpdateTable" if len(rest) > 1 else "DescribeTable", rest, settle)


async def delete_table(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    def settle(result: dict[str, Any]) -> dict[str, Any]:
        description = _described(call, result["TableDescription"])
        call.store(DynamoDbStore).forget_table(description["TableName"])
        return {"TableDescription": {**description, "TableStatus": "DELETING"}}

    return await execute(call, "DeleteTable", params, settle)


def _check_key_schema(schema: list[dict[str, Any]]) -> None:
    """AWS docs, CreateTable: HASH, or HASH and RANGE in this order; texts are reported."""
    for place, (element, kind) in zip(("first", "second"), zip(schema, ("HASH", "RANGE"), strict=False), strict=False):
        if element["KeyType"] != kind:
            raise invalid(f"Invalid KeySchema: The {place} KeySchemaElement is not a {kind} key type")


def _view(spec: dict[str, Any] | None) -> str | None:
    """The StreamViewType that a specification asks for, None for a stream that is off."""
    view = (spec or {}).get("StreamViewType")
    if spec is None or (not spec["StreamEnabled"] and view is None):
        return None
    if not spec["StreamEnabled"] or view is None:
        raise invalid(
            "One or more parameter values were invalid: StreamViewType must be given exactly when StreamEnabled is true"
        )
    return str(view)


def _open_stream(call: Call, description: dict[str, Any], view: str) -> None:
    store, now = call.store(DynamoDbStore), call.clock.now()
    name, arn = description["TableName"], description["TableArn"]
    while True:
        label = iso_milliseconds(now)[:-1]
        if f"{arn}/stream/{label}" not in store.streams:
            break
        now += 0.001  # a table made anew while time stands still
    store.open_stream(Stream(call.ground, arn, name, label, view, description["KeySchema"]))


def _described(call: Call, description: dict[str, Any]) -> dict[str, Any]:
    """A table as AWS describes it: with its stream, without empty lists of indexes."""
    shown = {name: value for name, value in description.items() if value != []}
    stream = call.store(DynamoDbStore).latest.get(description["TableName"])
    if stream is not None:
        shown |= {"LatestStreamArn": stream.arn, "LatestStreamLabel": stream.label}
        if stream.enabled:
            shown["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream.view}
    return shown


async def update_time_to_live(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """From here on items are deleted when they say so; those that are there already, too."""
    store, name = call.store(DynamoDbStore), params["TableName"].rpartition("/")[2]
    spec = params["TimeToLiveSpecification"]
    if spec["Enabled"] == (name in store.expiry):
        raise invalid(f"TimeToLive is already {'enabled' if spec['Enabled'] else 'disabled'}")

    def settle(result: dict[str, Any]) -> dict[str, Any]:
        store.stop_expiry(name)
        if spec["Enabled"]:
            store.expiry[name] = spec["AttributeName"]
        return result

    result = await execute(call, "UpdateTimeToLive", params, settle)
    await _watch_all(call, store, name)
    return result


async def _watch_all(call: Call, store: DynamoDbStore, table: str) -> None:
    def done(items: list[Change]) -> None:
        for item in items:
            watch(call, store, item, expire)

    bridge = bridge_of(call.ground)
    await bridge.run(call, "dynamodb", call.region, lambda session: items_of(session, table), done)


def describe_limits(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """AWS docs, "Quotas": the defaults of most regions."""
    return {
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    }


def describe_endpoints(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The emulator's own address, so that SDKs with endpoint discovery stay here."""
    address = (call.base_url or call.ground.base_url).partition("://")[2]
    if not address:
        raise AwsError("InternalServerError", "the emulator has no address")
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}
