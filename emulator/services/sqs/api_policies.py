"""AddPermission, RemovePermission, TagQueue, UntagQueue, ListQueueTags."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.sqs import attributes as queue_attributes
from emulator.services.sqs.address import find
from emulator.services.sqs.api_messages import required
from emulator.services.sqs.policy import add_statement, remove_statement
from emulator.services.sqs.queue import Queue


def add_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    label = required(params, "Label")
    accounts, actions = required(params, "AWSAccountIds"), required(params, "Actions")
    _set_policy(queue, add_statement(queue.attributes.get("Policy"), queue.arn, label, accounts, actions))
    return {}


def remove_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    _set_policy(queue, remove_statement(queue.attributes.get("Policy"), required(params, "Label")))
    return {}


def _set_policy(queue: Queue, policy: str | None) -> None:
    queue.set_attributes(queue_attributes.apply(queue.attributes, {"Policy": policy}))


def tag_queue(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    find(call, params.get("QueueUrl")).tags.update(required(params, "Tags"))
    return {}


def untag_queue(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    queue = find(call, params.get("QueueUrl"))
    for key in required(params, "TagKeys"):
        queue.tags.pop(key, None)
    return {}


def list_queue_tags(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    tags = find(call, params.get("QueueUrl")).tags
    return {"Tags": dict(tags)} if tags else {}
