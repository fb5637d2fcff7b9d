"""CloudFormation's names of members as the API of a service calls them, where those begin small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator import wire


def api_members(service: str, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` with the API's names at any depth; members that the API does not know stay, to be named."""
    found: dict[str, Any] = _camel(wire.operation_model(service, operation).input_shape, given)
    return found


def _camel(shape: Any, value: Any) -> Any:
    kind = getattr(shape, "type_name", "")
    if kind == "structure" and isinstance(value, Mapping):
        members = {name: name[:1].lower() + name[1:] for name in value}
        return {members[name]: _camel(shape.members.get(members[name]), item) for name, item in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_camel(shape.member, item) for item in value]
    return value
