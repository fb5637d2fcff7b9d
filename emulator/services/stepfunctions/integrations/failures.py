"""What an AWS error is called in Step Functions, and how its text reads (recorded from AWS)."""

from __future__ import annotations

from emulator import wire
from emulator.asl.errors import RUNTIME, StatesError
from emulator.core.errors import AwsError
from emulator.core.ids import Ids
from emulator.services.stepfunctions.integrations.directory import Called
from emulator.wire.errors import error_form

_NO_SHAPE = frozenset({"ValidationException", "ValidationError"})


def service_failure(called: Called, error: AwsError, ids: Ids) -> StatesError:
    """``DynamoDB.ResourceNotFoundException``; codes that the service's model does not know go by the SDK's general name
    (``DynamoDb.DynamoDbException``, ``DynamoDB.AmazonDynamoDBException``)."""
    if error.code == "NotImplemented":
        return StatesError(RUNTIME, error.message, bare=True)
    form = error_form(called.service, error.code)
    name = _exception(form.shape) if form.modelled and error.code not in _NO_SHAPE else _general(called)
    return StatesError(f"{called.prefix}.{name}", _text(called, error, form.query_code, form.status, ids))


def _exception(shape: str) -> str:
    return shape if shape.endswith("Exception") else f"{shape}Exception"


def _general(called: Called) -> str:
    if called.sdk:
        return f"{called.prefix}Exception"
    return f"{called.word.removesuffix('v2')}Exception"


def _text(called: Called, error: AwsError, code: str, status: int, ids: Ids) -> str:
    message = error.message or error.code
    if called.sdk:
        # S3 has two ids for a request; the Java SDK v2 shows both.
        extended = f", Extended Request ID: {ids.uuid()}" if called.service == "s3" else ""
        return (
            f"{message} (Service: {called.word}, Status Code: {status}, Request ID: {ids.uuid()}{extended}) "
            "(SDK Attempt Count: 1)"
        )
    return (
        f"{message} (Service: {called.word}; Status Code: {status}; Error Code: {code}; "
        f"Request ID: {ids.uuid()}; Proxy: null)"
    )


def knows(called: Called) -> bool:
    """Whether AWS has such an operation at all."""
    return wire.has_operation(called.service, called.operation)
