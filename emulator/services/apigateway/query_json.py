"""Answers of query services as JSON: what they give to ``Accept: application/json``, which API Gateway sends.

``{"SendMessageResponse":{"ResponseMetadata":{…},"SendMessageResult":{…}}}``: every member by name, null where unset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.errors import AwsError
from emulator.wire.errors import body_fields, error_form
from emulator.wire.jsonwrite import dump, encode_blob
from emulator.wire.messages import WireResponse
from emulator.wire.models import operation_model
from emulator.wire.recorded import FORMER_QUERY
from emulator.wire.timetext import write_time

_RENAMED = {("sqs", "Messages"): "messages", ("sqs", "QueueUrls"): "queueUrls"}


def write(service: str, operation: str, result: Mapping[str, Any], request_id: str) -> WireResponse:
    """The answer to a call that went well."""
    shape = operation_model(service, operation).output_shape
    content: dict[str, Any] = {"ResponseMetadata": {"RequestId": request_id}}
    if shape is not None:
        name = shape.serialization.get("resultWrapper", f"{operation}Result")
        content[name] = _value(service, shape, result)
    return _response(200, {f"{operation}Response": dict(sorted(content.items()))}, request_id)


def write_error(service: str, error: AwsError, request_id: str) -> WireResponse:
    """The answer to a call that failed."""
    form = error_form(service, error.code)
    former = FORMER_QUERY.get(service)
    text = error.message or ""
    shown = {
        "Code": form.query_code,
        "Message": former.texts.get(text, text) if former else text,
        "Type": "Sender" if form.sender else "Receiver",
        **body_fields(form, error),
    }
    return _response(form.status, {"Error": shown, "RequestId": request_id}, request_id)


def _response(status: int, body: Any, request_id: str) -> WireResponse:
    return WireResponse(status, [("Content-Type", "application/json"), ("x-amzn-RequestId", request_id)], dump(body))


def _value(service: str, shape: Any, value: Any) -> Any:
    if value is None:
        return None
    match shape.type_name:
        case "structure":
            return {
                _RENAMED.get((service, name), name): _value(service, member, value.get(name))
                for name, member in sorted(shape.members.items())
            }
        case "list":
            return [_value(service, shape.member, item) for item in value]
        case "map":
            former = FORMER_QUERY.get(service)
            key, held = former.maps[shape.name][1:] if former and shape.name in former.maps else ("key", "value")
            return [{key: name, held: _value(service, shape.value, item)} for name, item in value.items()]
        case "timestamp":
            return write_time(value, "unixtimestamp")
        case "blob":
            return encode_blob(value)
    return value
