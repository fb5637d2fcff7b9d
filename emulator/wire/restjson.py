"""REST-JSON: method and path name the operation; parameters sit in path, query, headers and a JSON or raw body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from emulator.core.errors import AwsError
from emulator.wire.awsjson import reader_memo, writer_memo
from emulator.wire.errors import ErrorForm, body_fields, error_form, header_fields
from emulator.wire.eventstream import encode_events
from emulator.wire.jsonread import BodyReader, body_reader, in_body, load_json, read_members
from emulator.wire.jsonwrite import Writer, body_writer, dump, encode_blob
from emulator.wire.messages import Target, WireRequest, WireResponse, header_text
from emulator.wire.models import operation_model
from emulator.wire.scalars import Reader, text_reader
from emulator.wire.timetext import write_time

_NO_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class RestJson:
    """The protocol of most newer services."""

    name: str = "rest-json"

    def read(self, request: WireRequest, target: Target, warnings: list[str]) -> dict[str, Any]:
        plan = _input(target.service, target.operation)
        return {} if plan is None else plan.read(request, target, warnings)

    def write(self, service: str, operation: str, result: Mapping[str, Any], request_id: str) -> WireResponse:
        answer = _output(service, operation).write(result)
        answer.headers.append(("x-amzn-RequestId", request_id))
        return answer

    def write_error(self, service: str | None, error: AwsError, request_id: str) -> WireResponse:
        form = error_form(service, error.code)
        headers = [
            ("x-amzn-ErrorType", header_text(form.shape)),
            ("x-amzn-RequestId", request_id),
            *header_fields(form, error),
        ]
        body = _error_body(form, error)
        if body is None:
            return WireResponse(form.status, headers, b"")
        return WireResponse(form.status, [("Content-Type", "application/json"), *headers], dump(body))


def _error_body(form: ErrorForm, error: AwsError) -> dict[str, Any] | None:
    fields = body_fields(form, error)
    if form.silent and not error.message and not fields:
        return None
    key = form.message_key if form.modelled or error.message is not None else "Message"
    return fields | {key: error.message}


@dataclass(frozen=True, slots=True)
class _Input:
    """How the parameters of one operation are gathered."""

    shape: Any
    labels: tuple[tuple[str, str, Reader], ...]
    headers: tuple[tuple[str, str, Reader], ...]
    header_maps: tuple[tuple[str, str], ...]
    query: Callable[[str], dict[str, Any]] | None
    payload: str | None
    raw_payload: str | None  # blob or string
    body: BodyReader | None

    def read(self, request: WireRequest, target: Target, warnings: list[str]) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for name, wire_name, read in self.labels:
            if wire_name in target.labels:
                params[name] = read(target.labels[wire_name])
        if self.query is not None and request.query:
            params |= self.query(request.query)
        for name, wire_name, read in self.headers:
            if wire_name in request.headers:
                params[name] = read(request.headers[wire_name])
        for name, prefix in self.header_maps:
            params[name] = {
                header[len(prefix) :]: text for header, text in request.headers.items() if header.startswith(prefix)
            }
        return params | self._read_body(request.body, warnings)

    def _read_body(self, body: bytes, warnings: list[str]) -> dict[str, Any]:
        if self.payload is not None:
            if self.raw_payload is not None:
                return {self.payload: body if self.raw_payload == "blob" else body.decode("utf-8", "replace")}
            value = load_json(body)
            if value is None or self.body is None:
                return {}
            return {self.payload: self.body(value, warnings, None)}
        return {} if self.body is None else read_members(self.shape, self.body, body, warnings)


@cache
def _input(service: str, operation: str) -> _Input | None:
    shape = operation_model(service, operation).input_shape
    if shape is None:
        return None
    members = shape.members
    payload = shape.serialization.get("payload")
    raw = members[payload].type_name if payload and members[payload].type_name in ("blob", "string") else None
    body_shape = members[payload] if payload else shape if any(in_body(member) for member in members.values()) else None
    return _Input(
        shape,
        tuple((name, _wire_name(name, member), text_reader(member)) for name, member in _at(members, "uri")),
        tuple(
            (name, _wire_name(name, member).lower(), _header_reader(member)) for name, member in _at(members, "header")
        ),
        tuple((name, _wire_name(name, member).lower()) for name, member in _at(members, "headers")),
        _query_reader(_at(members, "querystring"), operation_model(service, operation).http["requestUri"]),
        payload,
        raw,
        body_reader(body_shape, reader_memo(service)) if body_shape is not None and raw is None else None,
    )


def _at(members: Mapping[str, Any], location: str) -> list[tuple[str, Any]]:
    return [(name, member) for name, member in members.items() if member.serialization.get("location") == location]


def _wire_name(name: str, member: Any) -> str:
    return str(member.serialization.get("name", name))


def _header_reader(member: Any) -> Reader:
    if member.type_name != "list":
        return text_reader(member)
    read = text_reader(member.member)
    return lambda text: [read(item.strip().strip('"')) for item in text.split(",") if item.strip()]


def _query_reader(members: list[tuple[str, Any]], template: str) -> Callable[[str], dict[str, Any]] | None:
    singles = {_wire_name(name, m): (name, text_reader(m)) for name, m in members if m.type_name not in ("list", "map")}
    lists = {_wire_name(name, m): (name, text_reader(m.member)) for name, m in members if m.type_name == "list"}
    catch_all = next((name for name, m in members if m.type_name == "map"), None)
    if not members:
        return None
    literals = {name for name, _ in parse_qsl(template.partition("?")[2], keep_blank_values=True)}

    def read(query: str) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for key, text in parse_qsl(query, keep_blank_values=True):
            if key in singles:
                name, read_text = singles[key]
                params[name] = read_text(text)
            elif key in lists:
                name, read_text = lists[key]
                params.setdefault(name, []).append(read_text(text))
            elif catch_all is not None and key not in literals:
                params.setdefault(catch_all, {})[key] = text
        return params

    return read


@dataclass(frozen=True, slots=True)
class _Output:
    """How the answer of one operation is put together."""

    status: int
    status_member: str | None
    headers: tuple[tuple[str, str, Callable[[Any], str]], ...]
    header_maps: tuple[tuple[str, str], ...]
    payload: str | None
    payload_kind: str | None
    body: Writer | None
    has_body: bool

    def write(self, result: Mapping[str, Any]) -> WireResponse:
        status = self.status
        if self.status_member is not None and result.get(self.status_member) is not None:
            status = int(result[self.status_member])
        headers = [
            (wire_name, write(result[name])) for name, wire_name, write in self.headers if result.get(name) is not None
        ]
        for name, prefix in self.header_maps:
            headers += [(prefix + key, header_text(value)) for key, value in (result.get(name) or {}).items()]
        content_type, body = (None, b"") if status in _NO_BODY else self._write_body(result)
        if content_type is not None and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", content_type))
        return WireResponse(status, headers, body)

    def _write_body(self, result: Mapping[str, Any]) -> tuple[str | None, bytes]:
        if self.payload is None:
            if not self.has_body:
                return None, b""
            return "application/json", dump(result if self.body is None else self.body(result))
        value = result.get(self.payload)
        if self.payload_kind == "events":
            return "application/vnd.amazon.eventstream", encode_events(value or (), self.body)
        if value is None:
            return None, b""
        if self.payload_kind == "raw":
            return "application/json", value.encode("utf-8", "replace") if isinstance(value, str) else bytes(value)
        return "application/json", dump(value if self.body is None else self.body(value))


@cache
def _output(service: str, operation: str) -> _Output:
    model = operation_model(service, operation)
    shape = model.output_shape
    status = int(model.http.get("responseCode", 200))
    if shape is None:
        return _Output(status, None, (), (), None, None, None, has_body=False)
    members = shape.members
    payload = shape.serialization.get("payload")
    body_shape = members[payload] if payload else shape
    kind = _payload_kind(body_shape) if payload else None
    return _Output(
        status,
        next((name for name, _ in _at(members, "statusCode")), None),
        tuple((name, _wire_name(name, member), _header_writer(member)) for name, member in _at(members, "header")),
        tuple((name, _wire_name(name, member)) for name, member in _at(members, "headers")),
        payload,
        kind,
        None if kind == "raw" else body_writer(body_shape, writer_memo(service)),
        has_body=any(in_body(member) for member in members.values()),
    )


def _payload_kind(shape: Any) -> str | None:
    if shape.serialization.get("eventstream"):
        return "events"
    return "raw" if shape.type_name in ("blob", "string") else None


def _header_writer(member: Any) -> Callable[[Any], str]:
    if member.serialization.get("jsonvalue"):
        return lambda value: encode_blob(dump(value))
    if member.type_name == "timestamp":
        form = str(member.serialization.get("timestampFormat", "rfc822")).lower()
        return lambda value: str(write_time(value, form))
    if member.type_name == "list":
        write = _header_writer(member.member)
        return lambda value: ",".join(write(item) for item in value)
    if member.type_name == "boolean":
        return lambda value: str(value).lower()
    return header_text
