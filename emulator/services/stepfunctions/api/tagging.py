"""TagResource, UntagResource, ListTagsForResource: of state machines and activities."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.stepfunctions import errors
from emulator.services.stepfunctions.activity import Activity
from emulator.services.stepfunctions.machine import StateMachine
from emulator.services.stepfunctions.names import ACTIVITY, MACHINE, read
from emulator.services.stepfunctions.store import store_at
from emulator.services.stepfunctions.tags import tags_of


def _find(call: Call, arn: str) -> StateMachine | Activity:
    """Raises ResourceNotFound, also for versions and aliases, which have no tags."""
    address = read(arn, MACHINE, ACTIVITY)
    store = store_at(call.ground, address)
    found: StateMachine | Activity | None = None
    if address.kind == ACTIVITY:
        found = store.activities.get(address.name)
    elif not address.rest:
        found = store.machines.get(address.name)
    if found is None:
        raise errors.no_tagged_resource(arn)
    return found


def tag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    resource = _find(call, params["resourceArn"])
    resource.tags = tags_of(params["tags"], resource.tags)
    return {}


def untag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    resource = _find(call, params["resourceArn"])
    for key in params["tagKeys"]:
        resource.tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    tags = _find(call, params["resourceArn"]).tags
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}
