"""A ``topics`` entry as the SNS operations that create it, with its subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.arns import Arn
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed, text, without
from emulator.stack.storage_schema import SUBSCRIPTION

PROTOCOLS = {"lambda": "lambda", "sqs": "sqs", "firehose": "firehose"}
"""Of ARNs, by their service."""
ENDPOINTS = ("queue", "function")
"""What subscriptions may name."""
FORMS = 'a queue, a function, "https://…", "name@example.com" or "+1555…"'


def topic(context: Context, resource: Resource) -> Steps:
    """CreateTopic; functions may name its ``TopicArn``, its subscriptions name functions."""
    properties = without(resource.properties, "Subscription", "Tags")
    if properties.get("FifoTopic") is False:
        del properties["FifoTopic"]
    attributes = {name: text(value) for name, value in properties.items()}
    params: dict[str, Any] = {"Name": resource.name, "Attributes": attributes}
    if tags := context.tags(resource):
        params["Tags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
    answer = yield Step(resource, "sns", "CreateTopic", params, ("Attributes",))
    context.references.attributes[f"topic:{resource.name}"]["TopicArn"] = answer["TopicArn"]


def subscriptions(context: Context, resource: Resource) -> Steps:
    """A topic's subscriptions; HTTP(S) and e-mail endpoints are asked to confirm, as always."""
    arn = context.references.attributes[f"topic:{resource.name}"]["TopicArn"]
    for given, key in _given(resource):
        table = {"endpoint": given} if isinstance(given, str) else given
        one = SUBSCRIPTION.read(context.references.origin, key, key, table)
        place = key if isinstance(given, str) else one.place("Endpoint")
        protocol, endpoint = _endpoint(context, one.properties.get("Endpoint"), place)
        params = {
            "TopicArn": arn,
            "Protocol": one.properties.get("Protocol", protocol),
            "Endpoint": endpoint,
            "Attributes": _attributes(context, one),
            "ReturnSubscriptionArn": True,
        }
        yield Step(one, "sns", "Subscribe", params, ("Attributes",))


def endpoints(resource: Resource) -> list[str]:
    """The endpoints of a topic's subscriptions as they are written."""
    return [given if isinstance(given, str) else str(_endpoint_of(given)) for given, _ in _given(resource)]


def _endpoint_of(table: Mapping[str, Any]) -> Any:
    return table.get("endpoint", table.get("Endpoint"))


def _given(resource: Resource) -> list[tuple[Any, str]]:
    """Each subscription with its key in the file."""
    given, key = resource.properties.get("Subscription", []), resource.place("Subscription")
    if isinstance(given, list):
        return [(one, f"{key}.{number}") for number, one in enumerate(given)]
    return [(one, key) for one in listed(given)]


def _endpoint(context: Context, given: Any, place: str) -> tuple[str, str]:
    """Protocol and endpoint of what a subscription names."""
    if not isinstance(given, str) or not given:
        raise context.error(place, f"expected {FORMS}, got {given!r}.")
    filled = context.references.fill(given, place)
    scheme, separator, _ = filled.partition("://")
    if separator and scheme in ("http", "https"):
        return scheme, filled
    if "@" in filled:
        return "email", filled
    if filled.startswith("+"):
        return "sms", filled
    arn = context.references.arn(filled, ENDPOINTS, place)
    try:
        return PROTOCOLS[Arn.parse(arn).service], arn
    except (ValueError, KeyError):
        raise context.error(place, f"{arn}: expected {FORMS}.") from None


def _attributes(context: Context, one: Resource) -> dict[str, str]:
    attributes = without(one.properties, "Endpoint", "Protocol")
    if "RedrivePolicy" in attributes:
        redrive = context.table(one, "RedrivePolicy")
        key = one.place("RedrivePolicy", "deadLetterTargetArn")
        queue = context.references.arn(redrive.get("deadLetterTargetArn"), ["queue"], key)
        attributes["RedrivePolicy"] = {**redrive, "deadLetterTargetArn": queue}
    return {name: text(value) for name, value in attributes.items()}
