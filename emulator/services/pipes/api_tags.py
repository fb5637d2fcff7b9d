"""Tags on pipes, by ARN."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.pipes.store import pipe_at
from emulator.services.pipes.tags import check_tags


def tag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    pipe = pipe_at(call, params["resourceArn"])
    tags = pipe.tags | params["tags"]
    check_tags(tags)
    pipe.tags = tags
    return {}


def untag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    pipe = pipe_at(call, params["resourceArn"])
    for key in params["tagKeys"]:
        pipe.tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"tags": pipe_at(call, params["resourceArn"]).tags}
