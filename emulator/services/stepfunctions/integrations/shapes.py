"""Between Step Functions' PascalCase and the members of AWS's APIs, following the service models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator import wire
from emulator.asl.errors import RUNTIME, StatesError
from emulator.asl.timestamps import parse_timestamp
from emulator.core.jsontext import compact
from emulator.core.timestamps import iso_milliseconds


def to_request(service: str, operation: str, arguments: Any) -> dict[str, Any]:
    """``{"QueueUrl": ...}`` as the API's own members.

    Objects where the API wants text become JSON text (recorded from AWS); text where it wants bytes becomes UTF-8.
    Raises StatesError for members that the operation does not have.
    """
    shape = wire.operation_model(service, operation).input_shape
    given = {} if arguments is None else arguments
    if not isinstance(given, dict) or shape is None:
        given = given if isinstance(given, dict) else {"": given}
        if given:
            raise _unusable(arguments, next(iter(given)))
        return {}
    found: dict[str, Any] = _into(shape, given, arguments)
    return found


def _into(shape: Any, value: Any, whole: Any) -> Any:
    if value is None:
        return None
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict) and not shape.is_document_type:
        return _structure(shape, value, whole)
    if kind == "list" and isinstance(value, list):
        return [_into(shape.member, item, whole) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {key: _into(shape.value, item, whole) for key, item in value.items()}
    if kind == "string" and not isinstance(value, str):
        return compact(value)
    if kind == "blob":
        return (value if isinstance(value, str) else compact(value)).encode()
    if kind == "timestamp" and isinstance(value, str):
        instant = parse_timestamp(value)
        return value if instant is None else instant.epoch
    return value


def _structure(shape: Any, value: dict[str, Any], whole: Any) -> dict[str, Any]:
    members = {_pascal(name): name for name in shape.members}
    given: dict[str, Any] = {}
    for key, item in value.items():
        name = members.get(_pascal(key))
        if name is None:
            raise _unusable(whole, key)
        given[name] = _into(shape.members[name], item, whole)
    return {name: item for name, item in given.items() if item is not None}


def _unusable(arguments: Any, field: str) -> StatesError:
    text = (
        f"The Parameters '{compact(arguments)}' could not be used to start the Task: "
        f'[The field "{field}" is not supported by Step Functions]'
    )
    return StatesError(RUNTIME, text, bare=True)


def from_response(service: str, operation: str, answer: Mapping[str, Any], sdk: bool = False) -> dict[str, Any]:
    """An API's answer with PascalCase members; bytes as text (recorded from AWS).  ``sdk``: every instant as ISO text;
    otherwise numbers stay what the service has answered."""
    shape = wire.operation_model(service, operation).output_shape
    shown: dict[str, Any] = {} if shape is None else _out_of(shape, answer, sdk)
    return shown


def _out_of(shape: Any, value: Any, sdk: bool) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping) and not shape.is_document_type:
        members = shape.members
        return {
            _pascal(name): _out_of(members[name], item, sdk)
            for name, item in value.items()
            if name in members and item is not None
        }
    if kind == "list":
        return [_out_of(shape.member, item, sdk) for item in value]
    if kind == "map" and isinstance(value, Mapping):
        return {key: _out_of(shape.value, item, sdk) for key, item in value.items()}
    if sdk and kind == "timestamp" and isinstance(value, (int, float)):
        return iso_milliseconds(value)
    return plain(value)


def plain(value: Any) -> Any:
    """A scalar of an API's answer as JSON."""
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, datetime):
        return iso_milliseconds(value.replace(tzinfo=value.tzinfo or UTC).timestamp())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]
