"""A ``mappings`` entry: what a queue or a table's stream hands to a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed, text

SOURCES = ("queue", "table")
LAST_RESORTS = ("queue", "topic", "bucket")
"""Where a stream's records go that no function takes."""
STREAM = ":dynamodb:"


def mapping(context: Context, resource: Resource) -> Steps:
    params = dict(resource.properties)
    params["EventSourceArn"] = source_arn(context, resource, "EventSourceArn")
    params["FunctionName"] = context.references.arn(
        params.get("FunctionName"), ["function"], resource.place("FunctionName")
    )
    if STREAM in params["EventSourceArn"]:
        params.setdefault("StartingPosition", "TRIM_HORIZON")
    if isinstance(params.get("FunctionResponseTypes"), bool):
        params["FunctionResponseTypes"] = ["ReportBatchItemFailures"] if params["FunctionResponseTypes"] else []
    criteria = context.table(resource, "FilterCriteria")
    if "Filters" in criteria:
        params["FilterCriteria"] = {**criteria, "Filters": filters(criteria["Filters"])}
    if "DestinationConfig" in params:
        params["DestinationConfig"] = _destinations(context, resource)
    yield Step(resource, "lambda", "CreateEventSourceMapping", params)


def source_arn(context: Context, resource: Resource, member: str) -> str:
    """The ARN of the queue, or of the stream of the table, that ``member`` names."""
    given, place = resource.properties.get(member), resource.place(member)
    named = resource.written.get(member, "")
    arn = context.references.arn(given, [named] if named in SOURCES else SOURCES, place)
    if ":table/" not in arn or "/stream/" in arn:
        return arn
    attributes = next((known for known in context.references.attributes.values() if known.get("Arn") == arn), {})
    if "StreamArn" not in attributes:
        raise context.error(place, f"table {given!r} has no stream: give it stream = true.")
    return attributes["StreamArn"]


def filters(given: Any) -> list[dict[str, str]]:
    patterns = [one["Pattern"] if isinstance(one, Mapping) and "Pattern" in one else one for one in listed(given)]
    return [{"Pattern": text(pattern)} for pattern in patterns]


def _destinations(context: Context, resource: Resource) -> dict[str, Any]:
    failure = context.table(resource, "DestinationConfig", "OnFailure")
    place = resource.place("DestinationConfig", "OnFailure", "Destination")
    arn = context.references.arn(failure.get("Destination"), LAST_RESORTS, place)
    return {**context.table(resource, "DestinationConfig"), "OnFailure": {**failure, "Destination": arn}}
