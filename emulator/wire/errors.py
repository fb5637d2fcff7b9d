"""What an error code means on the wire: HTTP status, shape name, Query code, members and their spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from emulator.core.errors import AwsError
from emulator.wire.messages import header_text
from emulator.wire.models import UnknownServiceError, service_model
from emulator.wire.recorded import COMMON_ERRORS, FORMER_QUERY


@dataclass(frozen=True, slots=True)
class ErrorForm:
    """How one service answers one error code.

    ``shape`` goes into ``__type`` and ``x-amzn-ErrorType``, ``query_code`` into XML.  ``message_key`` is the message's
    key in a JSON body.  ``names`` gives the wire names of further members, ``in_headers`` those that are headers.
    ``silent`` errors are modelled without any member: without a text they have no body.  ``typed`` bodies say whose
    fault it is in a member ``Type``.
    """

    shape: str
    query_code: str
    status: int
    message_key: str = "message"
    modelled: bool = False
    silent: bool = False
    typed: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    in_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sender(self) -> bool:
        return self.status < 500


@lru_cache(maxsize=2048)
def error_form(service: str | None, code: str) -> ErrorForm:
    """The form of ``code``, which is a shape's name, a Query code, or one of AWS's common error codes."""
    shape = _shape_of(service, code)
    former = FORMER_QUERY[service].errors if service in FORMER_QUERY else {}
    name = shape.name if shape is not None else next((s for s, (query, _) in former.items() if query == code), code)
    if shape is None:
        shape = _shape_of(service, name)
    query_code, status = former.get(name, (name, 0))
    if shape is None:
        common_status, message_key = COMMON_ERRORS.get(name, (400, "message"))
        return ErrorForm(name, query_code, status or common_status, message_key)
    error = shape.metadata.get("error", {})
    return _modelled(shape, error.get("code", query_code), error.get("httpStatusCode") or status or _default(shape))


def _default(shape: Any) -> int:
    return 500 if shape._shape_model.get("fault") else 400


@lru_cache(maxsize=512)
def _codes(service: str) -> Mapping[str, Any]:
    shapes = service_model(service).error_shapes
    by_code = {shape.metadata.get("error", {}).get("code", shape.name): shape for shape in shapes}
    return by_code | {shape.name: shape for shape in shapes}


def _shape_of(service: str | None, code: str) -> Any:
    if service is None:
        return None
    try:
        return _codes(service).get(code)
    except UnknownServiceError:
        return None


def _modelled(shape: Any, query_code: str, status: int) -> ErrorForm:
    message_key = "message"
    names: dict[str, str] = {}
    in_headers: dict[str, str] = {}
    for name, member in shape.members.items():
        wire_name = member.serialization.get("name", name)
        if member.serialization.get("location") == "header":
            in_headers[name] = wire_name
        elif name.lower() == "message":
            message_key = wire_name
        else:
            names[name] = wire_name
    return ErrorForm(
        shape.name,
        query_code,
        status,
        message_key,
        modelled=True,
        silent=not shape.members,
        typed="Type" in names,
        names=names,
        in_headers=in_headers,
    )


def body_fields(form: ErrorForm, error: AwsError) -> dict[str, Any]:
    """The error's further members under their wire names, without header members and unset ones.

    A typed error raised with ``Type=None`` has no ``Type`` all the same (recorded from AWS).
    """
    fields = {
        form.names.get(name, name): value
        for name, value in error.fields.items()
        if value is not None and name not in form.in_headers
    }
    if form.typed and "Type" not in error.fields:
        fields.setdefault("Type", "Service" if form.status == 500 else "User")
    return fields


def header_fields(form: ErrorForm, error: AwsError) -> list[tuple[str, str]]:
    """The error's members that travel as headers (``Retry-After``)."""
    return [
        (form.in_headers[name], header_text(value))
        for name, value in error.fields.items()
        if value is not None and name in form.in_headers
    ]
