"""AWS JSON 1.0 and 1.1: ``POST /`` with ``X-Amz-Target``, JSON both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from emulator.core.errors import AwsError
from emulator.wire.errors import body_fields, error_form, header_fields
from emulator.wire.jsonread import BodyReader, body_reader, load_json, read_members
from emulator.wire.jsonwrite import Writer, body_writer, dump
from emulator.wire.messages import Target, WireRequest, WireResponse, header_text
from emulator.wire.models import UnknownServiceError, metadata, operation_model

_NAMESPACES = dict.fromkeys(("DynamoDB", "DynamoDB Streams"), "com.amazonaws.dynamodb.v20120810#")
"""What stands before the names of a service's errors (recorded)."""
_OF_VALIDATION = dict.fromkeys(("dynamodb", "dynamodbstreams"), "com.amazon.coral.validate#")


@cache
def reader_memo(service: str) -> dict[str, BodyReader]:
    """The compiled structure readers of ``service``."""
    return {}


@cache
def writer_memo(service: str) -> dict[str, Writer | None]:
    """The compiled structure writers of ``service``."""
    return {}


@cache
def _input(service: str, operation: str) -> tuple[Any, BodyReader] | None:
    shape = operation_model(service, operation).input_shape
    return None if shape is None else (shape, body_reader(shape, reader_memo(service)))


@cache
def _output(service: str, operation: str) -> Writer | None:
    shape = operation_model(service, operation).output_shape
    return None if shape is None else body_writer(shape, writer_memo(service))


@dataclass(frozen=True, slots=True)
class AwsJson:
    """``version`` is that of the request's content type; answers use the same."""

    version: str = "1.0"
    name: str = "json"

    def read(self, request: WireRequest, target: Target, warnings: list[str]) -> dict[str, Any]:
        compiled = _input(target.service, target.operation)
        if compiled is None:
            load_json(request.body)
            return {}
        shape, read = compiled
        return read_members(shape, read, request.body, warnings)

    def write(self, service: str, operation: str, result: Mapping[str, Any], request_id: str) -> WireResponse:
        writer = _output(service, operation)
        return self._response(200, {} if writer is None else writer(result), request_id)

    def write_error(self, service: str | None, error: AwsError, request_id: str) -> WireResponse:
        form = error_form(service, error.code)
        query_compatible, prefix = _type_prefix(service)
        if form.shape == "ValidationException":
            prefix = _OF_VALIDATION.get(service or "", prefix)
        body = {"__type": prefix + form.shape, form.message_key: error.message}
        answer = self._response(form.status, body | body_fields(form, error), request_id)
        answer.headers += header_fields(form, error)
        if query_compatible:
            # boto3 takes Error.Code from this header, and the exception class from __type.
            fault = "Sender" if form.sender else "Receiver"
            answer.headers.append(("x-amzn-query-error", header_text(f"{form.query_code};{fault}")))
        return answer

    def _response(self, status: int, body: Any, request_id: str) -> WireResponse:
        headers = [("Content-Type", f"application/x-amz-json-{self.version}"), ("x-amzn-RequestId", request_id)]
        return WireResponse(status, headers, dump(body))


@lru_cache(maxsize=256)
def _type_prefix(service: str | None) -> tuple[bool, str]:
    if service is None:
        return False, ""
    try:
        data = metadata(service)
    except UnknownServiceError:
        return False, ""
    compatible = "awsQueryCompatible" in data
    if data["serviceId"] in _NAMESPACES:
        return compatible, _NAMESPACES[data["serviceId"]]
    return compatible, f"com.amazonaws.{data['endpointPrefix']}#" if compatible else ""
