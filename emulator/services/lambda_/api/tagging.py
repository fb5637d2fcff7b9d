"""Tags of functions and event source mappings."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.ground import Call
from emulator.services.lambda_ import errors, tags
from emulator.services.lambda_.store import LambdaStore, address_of, find_function


def tag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    held = _tags(call, params["Resource"])
    if not params.get("Tags"):
        raise errors.invalid_value("An error occurred and the request cannot be processed.")
    tags.check(held | params["Tags"])
    held.update(params["Tags"])
    return {}


def untag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    held = _tags(call, params["Resource"])
    if not params.get("TagKeys"):
        raise errors.invalid_value("An error occurred and the request cannot be processed.")
    for key in params["TagKeys"]:
        held.pop(key, None)
    return {}


def list_tags(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"Tags": dict(_tags(call, params["Resource"]))}


def _tags(call: Call, arn: str) -> dict[str, str]:
    """The tags themselves, to read and change."""
    mapping = re.fullmatch(r"arn:[^:]+:lambda:[^:]+:\d{12}:event-source-mapping:(.+)", arn)
    if mapping is not None:
        found = call.store(LambdaStore).mappings.get(mapping[1])
        if found is None:
            raise errors.no_such_resource()
        return found.tags
    address = address_of(call, arn)
    if address.qualifier:
        raise errors.invalid_value(
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        )
    return find_function(call, address).tags
