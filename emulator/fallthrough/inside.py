"""Calls from inside the house: parameters to AWS's request, AWS's answer to a result, as an SDK does it."""

from __future__ import annotations

from functools import cache
from typing import Any

from emulator import wire
from emulator.core.errors import AwsError
from emulator.fallthrough.bridge import question
from emulator.fallthrough.catalog import CATALOG
from emulator.fallthrough.library import Answer, Question

_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=EMULATOR/20000101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
)
"""S3 gives private objects to signed requests only; nobody verifies the signature."""


@cache
def _serializer(protocol: str) -> Any:
    from botocore.serialize import create_serializer

    return create_serializer(protocol)


@cache
def _parser(protocol: str) -> Any:
    from botocore.parsers import create_parser

    return create_parser(protocol)


def build(service: str, operation: str, params: dict[str, Any], region: str) -> Question:
    """Raises AwsError (ValidationException) for parameters that the model does not allow."""
    from botocore.awsrequest import prepare_request_dict
    from botocore.exceptions import ParamValidationError

    model = wire.operation_model(service, operation)
    try:
        request = _serializer(CATALOG[service].protocol).serialize_to_request(params, model)
    except ParamValidationError as error:
        raise AwsError("ValidationException", str(error)) from error
    prepare_request_dict(request, endpoint_url="https://placeholder")
    path = str(request["url"]).partition("placeholder")[2] or "/"
    headers = {name.lower(): _text(value) for name, value in request["headers"].items()}
    headers["authorization"] = _SIGNED.format(region=region, service=service)
    body = request["body"]
    if isinstance(body, dict):  # Query: the SDK's HTTP layer would encode it
        from urllib.parse import urlencode

        body = urlencode(body)
    raw = body.encode() if isinstance(body, str) else body.read() if hasattr(body, "read") else bytes(body or b"")
    return question(service, region, request["method"], path, headers, raw)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def read(service: str, operation: str, answer: Answer) -> dict[str, Any]:
    """The result in the model's members, bodies as bytes.  Raises AwsError."""
    model = wire.operation_model(service, operation)
    streams = model.has_streaming_output and answer.status < 300
    # botocore reads a blob that is the whole body as text, unless it is no bytes.
    body = memoryview(answer.body) if streams else answer.body
    response = {"status_code": answer.status, "headers": _CaseBlind(answer.headers), "body": body}
    shape = model.output_shape
    parsed = _parser(CATALOG[service].protocol).parse(response, shape)
    parsed.pop("ResponseMetadata", None)
    if answer.status >= 400:
        error = parsed.get("Error") or {}
        raise AwsError(str(error.get("Code") or answer.status), str(error.get("Message") or ""))
    if streams:
        parsed[shape.serialization["payload"]] = answer.body
    result: dict[str, Any] = parsed
    return result


class _CaseBlind(dict[str, str]):
    """Headers as botocore's parsers read them: the answer's are in lower case."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.lower(), default)

    def __getitem__(self, key: str) -> str:
        return super().__getitem__(key.lower())

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key.lower() if isinstance(key, str) else key)
