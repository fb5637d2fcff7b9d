"""The Query protocol: ``Action=...`` in a form or a query string, XML back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.core.errors import AwsError
from emulator.wire.errors import body_fields, error_form
from emulator.wire.messages import Target, WireRequest, WireResponse
from emulator.wire.models import UnknownServiceError, metadata, operation_model
from emulator.wire.queryread import fields_of, input_reader
from emulator.wire.querywrite import element, escape, output_writer
from emulator.wire.recorded import FORMER_QUERY

_START = '<?xml version="1.0"?>'


@dataclass(frozen=True, slots=True)
class Query:
    """The protocol of the oldest services."""

    name: str = "query"

    def read(self, request: WireRequest, target: Target, warnings: list[str]) -> dict[str, Any]:
        read = input_reader(target.service, target.operation)
        if read is None:
            return {}
        try:
            params: dict[str, Any] = read(fields_of(form_text(request)))
        except AwsError as error:
            if error.code != "SerializationException":
                raise
            raise AwsError("MalformedInput", error.message) from error
        _add_resource(request, target, params)
        return params

    def write(self, service: str, operation: str, result: Mapping[str, Any], request_id: str) -> WireResponse:
        written = ""
        output = output_writer(service, operation)
        if output is not None:
            name, write = output
            parts: list[str] = []
            write(result, parts)
            written = element(name, "".join(parts))
        ending = element("ResponseMetadata", element("RequestId", escape(request_id)))
        return _response(200, service, f"{operation}Response", written + ending, request_id)

    def write_error(self, service: str | None, error: AwsError, request_id: str) -> WireResponse:
        form = error_form(service, error.code)
        former = FORMER_QUERY.get(service or "")
        text = error.message or ""
        content = element("Type", "Sender" if form.sender else "Receiver")
        content += element("Code", escape(form.query_code))
        content += element("Message", escape(former.texts.get(text, text) if former else text))
        fields = body_fields(form, error)
        content += "".join(element(name, escape(str(value))) for name, value in fields.items() if name.isidentifier())
        body = element("Error", content + ("<Detail/>" if former else ""))
        body += element("RequestId", escape(request_id))
        return _response(form.status, service, "ErrorResponse", body, request_id)


def form_text(request: WireRequest) -> str:
    """The parameters of a Query request: query string and form body, the query string first."""
    content_type = request.headers.get("content-type", "")
    if not request.body or not content_type.startswith("application/x-www-form-urlencoded"):
        return request.query
    form = request.body.decode("utf-8", "replace")
    return f"{request.query}&{form}" if request.query else form


def _add_resource(request: WireRequest, target: Target, params: dict[str, Any]) -> None:
    """A resource's own path stands for the member that names it; an explicit parameter wins (recorded from AWS)."""
    former = FORMER_QUERY.get(target.service)
    if former is None or former.resource_member in params or not former.resource_path.fullmatch(request.path):
        return
    if former.resource_member in operation_model(target.service, target.operation).input_shape.members:
        params[former.resource_member] = f"http://{request.headers.get('host', 'localhost')}{request.path}"


def namespace(service: str | None) -> str | None:
    """The XML namespace of the service's answers."""
    if service is None:
        return None
    if service in FORMER_QUERY:
        return FORMER_QUERY[service].namespace
    try:
        return metadata(service).get("xmlNamespace")
    except UnknownServiceError:
        return None


def _response(status: int, service: str | None, root: str, content: str, request_id: str) -> WireResponse:
    xmlns = namespace(service)
    attribute = f' xmlns="{escape(xmlns)}"' if xmlns else ""
    body = f"{_START}<{root}{attribute}>{content}</{root}>"
    headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)]
    return WireResponse(status, headers, body.encode("utf-8", "replace"))
