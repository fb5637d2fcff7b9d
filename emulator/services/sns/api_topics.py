"""CreateTopic, DeleteTopic, ListTopics, GetTopicAttributes, SetTopicAttributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulator.core.arns import Arn
from emulator.core.ground import Call
from emulator.services.sns import topic_attributes
from emulator.services.sns.addresses import find_topic, read_arn
from emulator.services.sns.errors import invalid, missing
from emulator.services.sns.paging import page
from emulator.services.sns.store import SnsStore
from emulator.services.sns.tags import check_count, read_tags
from emulator.services.sns.topic import Topic

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_REASON = "Attributes Reason: "


def create_topic(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Create a topic, or answer an existing one's ARN when what is given agrees with it.  InvalidParameter."""
    name = params.get("Name")
    given = {key: value or "" for key, value in (params.get("Attributes") or {}).items()}
    if name is None:
        raise missing("name")
    store = call.store(SnsStore)
    topic = store.topics.get(name)
    fifo = topic.fifo if topic is not None and not given else _wants_fifo(given.pop("FifoTopic", "false"))
    _check_name(name, fifo)
    unknown = f"{_REASON}Unknown attribute"
    values = {key: topic_attributes.check(key, value, fifo, _REASON, unknown) for key, value in given.items()}
    tags = read_tags(params.get("Tags") or ())
    check_count(call, tags)
    if topic is not None:
        _check_same(topic, values, tags)
    else:
        values = {key: value for key, value in values.items() if value}
        arn = Arn.of("sns", call.region, call.account, name)
        topic = store.topics[name] = Topic(arn, store.next_serial(), values, tags)
    return {"TopicArn": topic.arn}


def _wants_fifo(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise invalid(f"{_REASON}FifoTopic: Invalid value [{value}]. Must be true or false.")  # our own text
    return value.lower() == "true"


def _check_name(name: str, fifo: bool) -> None:
    """1 to 256 characters; a FIFO topic's name ends in ``.fifo``, which counts, and no other name does."""
    stem = name.removesuffix(".fifo") if fifo else name
    if not _NAME.fullmatch(stem) or len(name) > 256 or (fifo and stem == name):
        raise invalid("Topic Name")


def _check_same(topic: Topic, values: Mapping[str, str], tags: Mapping[str, str]) -> None:
    shown = topic.shown()
    if any(shown.get(name, "") != value for name, value in values.items()):
        raise invalid(f"{_REASON}Topic already exists with different attributes")
    if tags and tags != topic.tags:
        raise invalid("Tags Reason: Topic already exists with different tags")


def delete_topic(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Also fine for a topic that is not there.  Its subscriptions stay readable (recorded from AWS)."""
    arn = read_arn("TopicArn", params.get("TopicArn"), call.region)
    call.ground.cloud.store(SnsStore, arn.account, arn.region).topics.pop(arn.resource, None)
    return {}


def list_topics(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    topics, token = page(call.store(SnsStore).topics.values(), params.get("NextToken"))
    return {"Topics": [{"TopicArn": topic.arn} for topic in topics], **token}


def get_topic_attributes(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"Attributes": find_topic(call, params.get("TopicArn")).shown()}


def set_topic_attributes(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    topic, name = find_topic(call, params.get("TopicArn")), params.get("AttributeName")
    if name is None:
        raise missing("attributeName")
    topic.set_attribute(name, topic_attributes.check(name, params.get("AttributeValue") or "", topic.fifo))
    return {}
