"""Whose fault it is that moto failed with a Python error: a request that AWS's model does not allow is the client's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from emulator import wire
from emulator.core.errors import AwsError
from emulator.wire import Target, WireRequest

if TYPE_CHECKING:
    from xml.etree import ElementTree

_MALFORMED_XML = "The XML you provided was not well-formed or did not validate against our published schema"
_NO_UPLOAD = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted."
_SCALARS = {"integer": r"[+-]?\d+", "long": r"[+-]?\d+", "boolean": "true|false|1|0"}


def refusal_of(request: WireRequest, target: Target, error: Exception) -> AwsError | None:
    """What AWS answers to a request that its model does not allow; None if the request is in order."""
    if target.service == "s3":
        return _unknown_upload(dict(parse_qsl(request.query)).get("uploadId"), error) or _refusal_of_document(
            request, target
        )
    try:
        parsed = wire.parse(request, target)
    except AwsError as refusal:  # a protocol that is only recognised tells nothing
        return None if refusal.code == "NotImplemented" else refusal
    except LookupError:  # keys of a user pool are no operation
        return None
    return refusal_of_call(target.service, target.operation, parsed.params, error)


def refusal_of_call(service: str, operation: str, params: Mapping[str, Any], error: Exception) -> AwsError | None:
    """The same for a call by name."""
    if service == "s3":
        return _unknown_upload(params.get("UploadId"), error)
    try:
        wire.validate(service, operation, params)
    except AwsError as refusal:
        return refusal
    return None


def _unknown_upload(upload: str | None, error: Exception) -> AwsError | None:
    """moto looks an upload up without asking whether it is there."""
    unknown = upload is not None and isinstance(error, KeyError) and error.args == (upload,)
    return AwsError("NoSuchUpload", _NO_UPLOAD) if unknown else None


def _refusal_of_document(request: WireRequest, target: Target) -> AwsError | None:
    """Codes and texts: AWS docs, S3's list of error codes."""
    from xml.etree import ElementTree  # seldom needed: half a megabyte

    try:
        shape = wire.operation_model(target.service, target.operation).input_shape
    except LookupError:  # GET of something that has no name of its own
        return None
    payload = shape and shape.serialization.get("payload")
    if not payload or shape.members[payload].type_name != "structure":
        return None
    if not request.body:
        return AwsError("MissingRequestBodyError", "Request body is empty.")
    try:
        root = ElementTree.fromstring(request.body)
    except (ElementTree.ParseError, ValueError):
        return AwsError("MalformedXML", _MALFORMED_XML)
    return None if _fits(root, shape.members[payload]) else AwsError("MalformedXML", _MALFORMED_XML)


def _fits(element: ElementTree.Element, shape: Any) -> bool:
    """Whether an XML element has the parts that a shape of a REST-XML model has, as far as types go."""
    if shape.type_name == "structure":
        return _has_parts(element, shape)
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        return all(_name(child) == name and _fits(child, shape.member) for child in element)
    pattern = _SCALARS.get(shape.type_name)
    return not len(element) and (pattern is None or re.fullmatch(pattern, element.text or "") is not None)


def _has_parts(element: ElementTree.Element, shape: Any) -> bool:
    if (element.text or "").strip():
        return False
    members = {
        member.serialization.get("name", name): member
        for name, member in shape.members.items()
        if not member.serialization.get("xmlAttribute")
    }
    required = {shape.members[name].serialization.get("name", name) for name in shape.required_members}
    found: set[str] = set()
    for child in element:
        name = _name(child)
        member = members.get(name)
        if member is None:
            return False
        flat = member.type_name == "list" and member.serialization.get("flattened")
        if (name in found and not flat) or not _fits(child, member.member if flat else member):
            return False
        found.add(name)
    return required & members.keys() <= found


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
