"""What a target receives: ``Input``, ``InputPath``, ``InputTransformer``, or the event as it is.

AWS docs, "Amazon EventBridge input transformation"; texts and examples recorded from AWS.
"""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.patterns.exact_numbers import parse_json, write_json
from emulator.patterns.input_template import Template, UndeliverablePayload, fill, parse_template
from emulator.patterns.payload_path import MISSING, steps_of, value_at

__all__ = ["UndeliverablePayload", "render", "validate_input"]

_EVENT_JSON = "aws.events.event.json"
_RESERVED = frozenset(
    {
        "aws.events.rule-arn",
        "aws.events.rule-name",
        "aws.events.event.ingestion-time",
        "aws.events.event",
        _EVENT_JSON,
    }
)
_MOST_PATHS = 100


def validate_input(target: dict[str, Any], position: int = 1) -> None:
    """Check the input settings of a target given to PutTargets; ``position`` is its place in the call, from 1.

    Raises ``AwsError("ValidationException", ...)`` naming the target's id.
    """
    target_id = target.get("Id", "")
    given = [name for name in ("Input", "InputPath", "InputTransformer") if target.get(name) is not None]
    if given and _is_event_bus(target.get("Arn", "")):
        raise _invalid(f"Modifying the input for target {target_id} is not supported.")
    if len(given) > 1:
        raise _invalid(f"Only one of Input, InputPath, or InputTransformer must be provided for target {target_id}.")
    if given == ["Input"]:
        _check_input(target["Input"], target_id)
    elif given == ["InputPath"]:
        _check_path(target["InputPath"], target_id)
    elif given:
        _check_transformer(target["InputTransformer"], target_id, position)


def render(target: dict[str, Any], event: dict[str, Any], *, rule_arn: str, rule_name: str, ingestion_time: str) -> str:
    """The text that ``target`` receives for ``event``; ``ingestion_time`` is ISO 8601 in whole seconds.

    Raises ``UndeliverablePayload`` when a transformer's result is not JSON.
    """
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath") is not None:
        value = value_at(target["InputPath"], event)
        return "{}" if value is MISSING else write_json(value)  # AWS's answer to a missing field is not documented
    transformer = target.get("InputTransformer")
    if transformer is None:
        return write_json(event)
    paths: dict[str, str] = transformer.get("InputPathsMap") or {}

    def value_of(name: str) -> Any:
        if name in paths:
            return value_at(paths[name], event)
        return _reserved_value(name, event, rule_arn, rule_name, ingestion_time)

    return fill(parse_template(transformer["InputTemplate"]), value_of)


def _reserved_value(name: str, event: dict[str, Any], rule_arn: str, rule_name: str, ingestion_time: str) -> Any:
    if name == "aws.events.rule-arn":
        return rule_arn
    if name == "aws.events.rule-name":
        return rule_name
    if name == "aws.events.event.ingestion-time":
        return ingestion_time
    if name == "aws.events.event":
        return _event_without_detail(event)
    return event if name == _EVENT_JSON else MISSING


def _event_without_detail(event: dict[str, Any]) -> dict[str, Any]:
    """Keys as recorded from AWS: camel case ``detailType``."""
    names = {"id": "id", "account": "account", "detailType": "detail-type", "time": "time", "source": "source"}
    names |= {"region": "region", "resources": "resources", "version": "version"}
    return {shown: event[name] for shown, name in names.items() if name in event}


def _is_event_bus(arn: str) -> bool:
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[2] == "events" and parts[5].startswith("event-bus/")


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def _check_input(text: str, target_id: str) -> None:
    try:
        parse_json(text)
    except ValueError:
        raise _invalid(f"JSON syntax error in input for target {target_id}") from None


def _check_path(path: str, target_id: str) -> None:
    try:
        steps_of(path)
    except ValueError:
        raise _invalid(f"InputPath for target {target_id} is invalid.") from None


def _check_transformer(transformer: dict[str, Any], target_id: str, position: int) -> None:
    paths: dict[str, str] = transformer.get("InputPathsMap") or {}
    _check_names(paths, position)
    for path in paths.values():
        _check_path(path, target_id)
    _check_placeholders(parse_template(transformer.get("InputTemplate", "")), paths, target_id)


def _check_names(paths: dict[str, str], position: int) -> None:
    constraint = None
    if len(paths) > _MOST_PATHS:
        constraint = f"Member must have length less than or equal to {_MOST_PATHS}"
    elif _RESERVED & paths.keys():
        constraint = (
            "Map keys must satisfy constraint: [Member must have length less than or equal to 256, Member must have"
            r" length greater than or equal to 1, Member must satisfy regular expression pattern: [A-Za-z0-9\_\-]+]"
        )
    if constraint:
        shown = "{" + ", ".join(f"{name}={path}" for name, path in paths.items()) + "}"
        where = f"targets.{position}.member.inputTransformer.inputPathsMap"
        text = f"Value '{shown}' at '{where}' failed to satisfy constraint: {constraint}"
        raise _invalid(f"1 validation error detected: {text}")


def _check_placeholders(template: Template, paths: dict[str, str], target_id: str) -> None:
    for name, _ in template.placeholders:
        if name == _EVENT_JSON and not template.is_json:
            reason = f"contains placeholder {name} valid only for JSON template."
        elif name not in paths and name not in _RESERVED:
            reason = f"contains invalid placeholder {name}."
        else:
            continue
        raise _invalid(f"InputTemplate for target {target_id} {reason}")
