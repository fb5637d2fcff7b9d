"""AddPermission, RemovePermission, TagResource, UntagResource, ListTagsForResource.  Policies are never enforced."""

from __future__ import annotations

from typing import Any

from emulator.core import jsontext
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.sns.addresses import find_topic, read_arn, topic_at
from emulator.services.sns.errors import invalid, missing
from emulator.services.sns.tags import check_count, read_tags, shown_tags
from emulator.services.sns.topic import Topic

_ACTIONS = frozenset(
    "AddPermission DeleteTopic GetTopicAttributes ListSubscriptionsByTopic Publish Receive RemovePermission "
    "SetTopicAttributes Subscribe".split()
)


def add_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    topic = find_topic(call, params.get("TopicArn"))
    label, accounts, actions = (_needed(params, name) for name in ("Label", "AWSAccountId", "ActionName"))
    document = _document(topic)
    if any(statement.get("Sid") == label for statement in document["Statement"]):
        raise invalid("Statement already exists")
    if not set(actions) <= _ACTIONS:
        raise invalid("Policy statement action out of service scope!")
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_more([f"arn:aws:iam::{account}:root" for account in accounts])},
        "Action": _one_or_more([f"SNS:{action}" for action in actions]),
        "Resource": topic.arn,
    }
    document["Statement"].append(statement)
    topic.set_attribute("Policy", compact(document))
    return {}


def remove_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Removing an unknown label is no error (recorded from AWS)."""
    topic = find_topic(call, params.get("TopicArn"))
    label = _needed(params, "Label")
    document = _document(topic)
    kept = [statement for statement in document["Statement"] if statement.get("Sid") != label]
    if len(kept) < len(document["Statement"]):
        topic.set_attribute("Policy", compact({**document, "Statement": kept}))
    return {}


def _needed(params: dict[str, Any], name: str) -> Any:
    value = params.get(name)
    if not value:
        raise missing({"AWSAccountId": "aWSAccountId"}.get(name, name[0].lower() + name[1:]))
    return value


def _document(topic: Topic) -> dict[str, Any]:
    document: dict[str, Any] = jsontext.parse(topic.policy)
    statements = document.get("Statement") or []
    listed = statements if isinstance(statements, list) else [statements]
    return {**document, "Statement": [statement for statement in listed if isinstance(statement, dict)]}


def _one_or_more(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def tag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    topic = _tagged(call, params)
    tags = topic.tags | read_tags(params.get("Tags") or ())
    check_count(call, tags)
    topic.tags = tags
    return {}


def untag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    topic = _tagged(call, params)
    for key in params.get("TagKeys") or ():
        topic.tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"Tags": shown_tags(_tagged(call, params).tags)}


def _tagged(call: Call, params: dict[str, Any]) -> Topic:
    topic = topic_at(call.ground, read_arn("ResourceArn", params.get("ResourceArn"), call.region))
    if topic is None:
        raise AwsError("ResourceNotFound", "Resource does not exist")
    return topic
