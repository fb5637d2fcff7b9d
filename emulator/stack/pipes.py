"""A ``pipes`` entry: what a queue or a table's stream hands through an enrichment to a target."""

from __future__ import annotations

from typing import Any

from emulator.stack.mappings import STREAM, filters, source_arn
from emulator.stack.resources import ROLE
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, text, without

TARGETS = ("function", "queue", "topic", "bus", "state_machine", "cluster")
ENRICHMENTS = ("function", "state_machine")
LAST_RESORTS = ("queue", "topic")
_WAITING = {":lambda:": "LambdaFunctionParameters", ":states:": "StepFunctionStateMachineParameters"}


def pipe(context: Context, resource: Resource) -> Steps:
    params = without(resource.properties, "Reading", "Wait", "Tags")
    params["Name"] = resource.name
    params.setdefault("RoleArn", ROLE.format(account=context.references.account))
    params["Source"] = source_arn(context, resource, "Source")
    if "Enrichment" in params:
        params["Enrichment"] = _arn(context, resource, "Enrichment", ENRICHMENTS)
    params["Target"] = _arn(context, resource, "Target", TARGETS)
    source = _source_parameters(context, resource, params["Source"])
    if source:
        params["SourceParameters"] = source
    for block in ("EnrichmentParameters", "TargetParameters"):
        if block in params:
            params[block] = _shaped(context, resource, block)
    if "Wait" in resource.properties:
        params["TargetParameters"] = _invocation(context, resource, params)
    if tags := context.tags(resource):
        params["Tags"] = tags
    yield Step(resource, "pipes", "CreatePipe", params)


def _arn(context: Context, resource: Resource, member: str, kinds: tuple[str, ...]) -> str:
    return context.references.arn(resource.properties.get(member), kinds, resource.place(member))


def _source_parameters(context: Context, resource: Resource, source: str) -> dict[str, Any]:
    """SourceParameters, with what the short forms say in the part that belongs to the kind of source."""
    given, reading = context.table(resource, "SourceParameters"), context.table(resource, "Reading")
    criteria = context.table(resource, "SourceParameters", "FilterCriteria")
    if "Filters" in criteria:
        given["FilterCriteria"] = {**criteria, "Filters": filters(criteria["Filters"])}
    part = "DynamoDBStreamParameters" if STREAM in source else "SqsQueueParameters"
    if part == "DynamoDBStreamParameters":
        reading.setdefault("StartingPosition", "TRIM_HORIZON")
    if isinstance(reading.get("OnPartialBatchItemFailure"), bool) and reading.pop("OnPartialBatchItemFailure"):
        reading["OnPartialBatchItemFailure"] = "AUTOMATIC_BISECT"
    if "DeadLetterConfig" in reading:
        target = context.table(resource, "Reading", "DeadLetterConfig").get("Arn")
        place = resource.place("Reading", "DeadLetterConfig", "Arn")
        reading["DeadLetterConfig"] = {"Arn": context.references.arn(target, LAST_RESORTS, place)}
    if reading:
        given[part] = {**reading, **context.table(resource, "SourceParameters", part)}
    return given


def _shaped(context: Context, resource: Resource, block: str) -> dict[str, Any]:
    """A template may be written as a table."""
    given = context.table(resource, block)
    if "InputTemplate" in given:
        given["InputTemplate"] = text(given["InputTemplate"])
    return given


def _invocation(context: Context, resource: Resource, params: dict[str, Any]) -> dict[str, Any]:
    """Whether the pipe waits for its function or state machine."""
    wait, place = resource.properties["Wait"], resource.place("Wait")
    if not isinstance(wait, bool):
        raise context.error(place, f"expected true or false, got {wait!r}.")
    part = next((part for service, part in _WAITING.items() if service in params["Target"]), None)
    if part is None:
        raise context.error(place, "only functions and state machines can be waited for.")
    kind = "REQUEST_RESPONSE" if wait else "FIRE_AND_FORGET"
    return {**params.get("TargetParameters", {}), part: {"InvocationType": kind}}
