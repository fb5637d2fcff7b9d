"""First-class integrations: the AWS operations that an HTTP API calls itself, and their parameters.

AWS docs, "AWS service integrations for HTTP APIs" and "Integration subtype reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.http.variables import InvalidMappingError, compile_value, text_of

Kind = Literal["text", "number", "list", "json", "time"]


class InvalidParameterError(ValueError):
    """A parameter's value is none that the operation takes."""


@dataclass(frozen=True, slots=True)
class Action:
    """``required`` and ``optional`` map the integration's parameters to how their texts are read.

    ``lower``: the operation's members begin with a small letter.  ``entries``: they are one item of ``Entries``.
    ``xml``: the answer comes as the service's query protocol writes it.
    """

    service: str
    operation: str
    required: Mapping[str, Kind]
    optional: Mapping[str, Kind]
    lower: bool = False
    entries: bool = False
    xml: bool = False


ACTIONS = {
    "EventBridge-PutEvents": Action(
        "events",
        "PutEvents",
        {"Detail": "text", "DetailType": "text", "Source": "text"},
        {"Time": "time", "EventBusName": "text", "Resources": "list", "TraceHeader": "text"},
        entries=True,
    ),
    "SQS-SendMessage": Action(
        "sqs",
        "SendMessage",
        {"QueueUrl": "text", "MessageBody": "text"},
        {
            "DelaySeconds": "number",
            "MessageAttributes": "json",
            "MessageDeduplicationId": "text",
            "MessageGroupId": "text",
            "MessageSystemAttributes": "json",
        },
        xml=True,
    ),
    "SQS-ReceiveMessage": Action(
        "sqs",
        "ReceiveMessage",
        {"QueueUrl": "text"},
        {
            "AttributeNames": "list",
            "MaxNumberOfMessages": "number",
            "MessageAttributeNames": "list",
            "ReceiveRequestAttemptId": "text",
            "VisibilityTimeout": "number",
            "WaitTimeSeconds": "number",
        },
        xml=True,
    ),
    "SQS-DeleteMessage": Action("sqs", "DeleteMessage", {"QueueUrl": "text", "ReceiptHandle": "text"}, {}, xml=True),
    "SQS-PurgeQueue": Action("sqs", "PurgeQueue", {"QueueUrl": "text"}, {}, xml=True),
    "StepFunctions-StartExecution": Action(
        "stepfunctions", "StartExecution", {"StateMachineArn": "text"}, {"Name": "text", "Input": "text"}, lower=True
    ),
    "StepFunctions-StartSyncExecution": Action(
        "stepfunctions",
        "StartSyncExecution",
        {"StateMachineArn": "text"},
        {"Name": "text", "Input": "text", "TraceHeader": "text"},
        lower=True,
    ),
    "StepFunctions-StopExecution": Action(
        "stepfunctions", "StopExecution", {"ExecutionArn": "text"}, {"Cause": "text", "Error": "text"}, lower=True
    ),
}
NOT_HERE = ("AppConfig-GetConfiguration", "Kinesis-PutRecord")
"""Subtypes that AWS knows and this emulator refuses by name."""


def check_action_parameters(subtype: str, parameters: Mapping[str, str]) -> None:
    """Raise InvalidMappingError for parameters that are missing, unknown or cannot be evaluated."""
    action = ACTIONS[subtype]
    missing = [name for name in action.required if not parameters.get(name)]
    if missing:
        raise InvalidMappingError(f"Missing required request parameters for {subtype}: [{', '.join(missing)}]")
    for name, value in parameters.items():
        if name not in action.required and name not in action.optional and name != "Region":
            raise InvalidMappingError(f"Unknown request parameter for {subtype}: {name}")
        if "$response." in value or "${response." in value:
            raise InvalidMappingError(f"Invalid mapping expression specified: {value}")
        compile_value(value)


def operation_parameters(action: Action, values: Mapping[str, Any]) -> dict[str, Any]:
    """The operation's parameters from evaluated values; what is None is left out.  Raises InvalidParameterError."""
    kinds = {**action.required, **action.optional}
    members: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or name == "Region":
            continue
        member = name[:1].lower() + name[1:] if action.lower else name
        try:
            members[member] = _READERS[kinds[name]](value)
        except ValueError:
            raise InvalidParameterError(f"Invalid value for parameter {name}") from None
    return {"Entries": [members]} if action.entries else members


def _number(value: Any) -> int:
    return int(text_of(value))


def _list(value: Any) -> list[str]:
    """A JSON array, or texts with commas between them."""
    if isinstance(value, str):
        value = read_json(value) if value.lstrip().startswith("[") else [part.strip() for part in value.split(",")]
    if not isinstance(value, list):
        raise ValueError(value)
    return [text_of(item) for item in value]


def _json(value: Any) -> Any:
    document = read_json(value) if isinstance(value, str) else value
    if not isinstance(document, dict):
        raise ValueError(value)
    return document


def _time(value: Any) -> float:
    """Epoch seconds, or ISO 8601."""
    text = text_of(value)
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return datetime.fromisoformat(text + "+00:00").timestamp() if moment.tzinfo is None else moment.timestamp()


_READERS = {"text": text_of, "number": _number, "list": _list, "json": _json, "time": _time}
