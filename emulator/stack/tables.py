"""A ``tables`` entry as the DynamoDB operations that create it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed, without
from emulator.stack.storage_schema import INDEX

TYPES = ("S", "N", "B")
DEFAULT_VIEW = "NEW_AND_OLD_IMAGES"
KEY_FORM = 'a partition key, or partition and sort key, each with its type unless it is a text: "tenant, createdAt:N"'
OF_THE_TABLE = ("Key", "Indexes", "StreamSpecification", "TimeToLiveSpecification", "Tags")
_OWN = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
Schema = list[dict[str, str]]


def table(context: Context, resource: Resource) -> Steps:
    """CreateTable, and UpdateTimeToLive.  Attributes: ``Arn``, and ``StreamArn`` when there is a stream."""
    params: dict[str, Any] = {"TableName": resource.name, "BillingMode": "PAY_PER_REQUEST"}
    params |= without(resource.properties, *OF_THE_TABLE)
    if "ProvisionedThroughput" in resource.properties and "BillingMode" not in resource.properties:
        params["BillingMode"] = "PROVISIONED"
    _add_keys(context, resource, params)
    if stream := _stream(context, resource):
        params["StreamSpecification"] = stream
    if tags := context.tags(resource):
        params["Tags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
    answer = yield Step(resource, "dynamodb", "CreateTable", params)
    if stream:
        attributes = context.references.attributes[f"table:{resource.name}"]
        attributes["StreamArn"] = answer["TableDescription"]["LatestStreamArn"]
    expiry = context.table(resource, "TimeToLiveSpecification")
    if expiry:
        wanted = {"TableName": resource.name, "TimeToLiveSpecification": {"Enabled": True, **expiry}}
        yield Step(resource, "dynamodb", "UpdateTimeToLive", wanted)


def _stream(context: Context, resource: Resource) -> dict[str, Any]:
    """``stream = true`` or a view type; CloudFormation has no ``StreamEnabled``, the API does."""
    stream = context.table(resource, "StreamSpecification")
    view = stream.get("StreamViewType")
    if view is False or not stream:
        return {}
    return {"StreamEnabled": True, **stream, **({"StreamViewType": DEFAULT_VIEW} if view is True else {})}


def _add_keys(context: Context, resource: Resource, params: dict[str, Any]) -> None:
    """What the short forms ``key`` and ``indexes`` say, in AWS's members."""
    types: dict[str, str] = {}
    if "Key" in resource.properties:
        params["KeySchema"] = _key(context, resource.properties["Key"], resource.place("Key"), types)
    elif "KeySchema" not in params:
        raise context.error(resource.place("key"), f"a table needs a key: {KEY_FORM}.")
    for name, given in context.table(resource, "Indexes").items():
        kind, index = _index(context, resource, name, given, types)
        params[kind] = [*params.get(kind, []), index]
    if types:
        known = {entry.get("AttributeName") for entry in params.get("AttributeDefinitions", [])}
        short = [{"AttributeName": n, "AttributeType": t} for n, t in types.items() if n not in known]
        params["AttributeDefinitions"] = [*params.get("AttributeDefinitions", []), *short]


def _key(context: Context, given: Any, place: str, types: dict[str, str]) -> Schema:
    """KeySchema of ``"tenant, createdAt:N"``; puts the attributes' types into ``types``."""
    parts = [part.strip() for part in given.split(",")] if isinstance(given, str) else given
    if not isinstance(parts, list) or len(parts) not in (1, 2):
        raise context.error(place, f"expected {KEY_FORM}, got {given!r}.")
    schema = []
    for part, role in zip(parts, ("HASH", "RANGE"), strict=False):
        name, kind = _attribute(part)
        if not name or kind not in TYPES:
            raise context.error(place, f"expected {KEY_FORM}, got {given!r}.")
        if types.get(name, kind) != kind:
            raise context.error(place, f"{name} is {types[name]} in one key and {kind} in another.")
        types[name] = kind
        schema.append({"AttributeName": name, "KeyType": role})
    return schema


def _attribute(part: Any) -> tuple[str, str]:
    """Name and type of ``"createdAt:N"``; texts need no type.  No name is a mistake."""
    if not isinstance(part, str):
        return "", ""
    name, colon, kind = part.rpartition(":")
    return (name.strip(), kind.strip()) if colon else (part.strip(), "S")


def _index(
    context: Context, resource: Resource, name: str, given: Any, types: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """The member of CreateTable that takes the index, and the index."""
    place = f"{resource.place('Indexes')}.{name}"
    whole = isinstance(given, Mapping)
    index = INDEX.read(context.references.origin, name, place, given if whole else {"key": given})
    properties = index.properties
    local = properties.get("Local", False)
    if not isinstance(local, bool):
        raise context.error(index.place("Local"), f"expected true or false, got {local!r}.")
    made = {
        "IndexName": name,
        "KeySchema": _key(context, properties.get("Key"), index.place("Key") if whole else place, types),
        **without(properties, "Key", "Local"),
        "Projection": _projection(properties.get("Projection", "ALL")),
    }
    return ("LocalSecondaryIndexes" if local else "GlobalSecondaryIndexes"), made


def _projection(given: Any) -> Any:
    """``"ALL"``, ``"KEYS_ONLY"``, a list of attributes, or AWS's table."""
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, str):
        return {"ProjectionType": given}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": listed(given)}
