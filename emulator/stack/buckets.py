"""A ``buckets`` entry as the S3 operations that create it, with whom it notifies."""

from __future__ import annotations

from typing import Any

from emulator.core.arns import Arn
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed
from emulator.stack.storage_schema import NOTIFICATION

HOME = "us-east-1"
"""The one region whose name CreateBucket does not take as a constraint."""
LISTENERS = ("function", "queue", "topic")
CONFIGURATIONS = {
    "lambda": ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
    "sqs": ("QueueConfigurations", "QueueArn"),
    "sns": ("TopicConfigurations", "TopicArn"),
}
"""The member of NotificationConfiguration, and the member of its entries, by the target's service."""
CREATED = "s3:ObjectCreated:*"


def bucket(context: Context, resource: Resource) -> Steps:
    params: dict[str, Any] = {"Bucket": resource.name}
    if context.references.region != HOME:
        params["CreateBucketConfiguration"] = {"LocationConstraint": context.references.region}
    yield Step(resource, "s3", "CreateBucket", params)
    named = {"Bucket": resource.name}
    versioning = context.table(resource, "VersioningConfiguration")
    if versioning:
        status = versioning.get("Status")
        words = {True: "Enabled", False: "Suspended"}
        versioning["Status"] = words[status] if isinstance(status, bool) else status
        inside = ("VersioningConfiguration",)
        yield Step(resource, "s3", "PutBucketVersioning", {**named, "VersioningConfiguration": versioning}, inside)
    if "CORSConfiguration" in resource.properties:
        cors = context.table(resource, "CORSConfiguration")
        yield Step(resource, "s3", "PutBucketCors", {**named, "CORSConfiguration": cors})
    if tags := context.tags(resource):
        tagging = {"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]}
        yield Step(resource, "s3", "PutBucketTagging", {**named, "Tagging": tagging})


def notifications(context: Context, resource: Resource) -> Steps:
    """Whom a bucket tells; they are described elsewhere and exist by now."""
    configuration: dict[str, Any] = context.table(resource, "NotificationConfiguration")
    if _tells_event_bridge(context, resource):
        configuration.setdefault("EventBridgeConfiguration", {})
    given, key = resource.properties.get("Notifications", []), resource.place("Notifications")
    for number, one in enumerate(listed(given)):
        place = f"{key}.{number}" if isinstance(given, list) else key
        member, entry = _notification(context, one, place)
        configuration[member] = [*configuration.get(member, []), entry]
    if configuration:
        params = {"Bucket": resource.name, "NotificationConfiguration": configuration}
        yield Step(resource, "s3", "PutBucketNotificationConfiguration", params)


def _tells_event_bridge(context: Context, resource: Resource) -> bool:
    wanted = resource.properties.get("EventBridge", False)
    if not isinstance(wanted, bool):
        raise context.error(resource.place("EventBridge"), f"expected true or false, got {wanted!r}.")
    return wanted


def _notification(context: Context, given: Any, place: str) -> tuple[str, dict[str, Any]]:
    table = {"target": given} if isinstance(given, str) else given
    one = NOTIFICATION.read(context.references.origin, place, place, table)
    target_place = place if isinstance(given, str) else one.place("Target")
    arn = context.references.arn(one.properties.get("Target"), LISTENERS, target_place)
    service = Arn.parse(arn).service if arn.count(":") > 4 else arn
    if service not in CONFIGURATIONS:
        raise context.error(target_place, f"{arn}: expected a {' or '.join(LISTENERS)}.")
    member, name = CONFIGURATIONS[service]
    entry: dict[str, Any] = {name: arn, "Events": listed(one.properties.get("Events", CREATED))}
    if "Id" in one.properties:
        entry["Id"] = one.properties["Id"]
    if rules := _rules(context, one):
        entry["Filter"] = {"Key": {"FilterRules": rules}}
    return member, entry


def _rules(context: Context, one: Resource) -> list[dict[str, str]]:
    rules = []
    for member in ("Prefix", "Suffix"):
        value = one.properties.get(member, "")
        if not isinstance(value, str):
            raise context.error(one.place(member), f"expected a text, got {value!r}.")
        if value:
            rules.append({"Name": member.lower(), "Value": value})
    return rules
