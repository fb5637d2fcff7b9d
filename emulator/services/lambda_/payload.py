"""Events as callers send them: JSON, and not too large (texts recorded from AWS or widely reported)."""

from __future__ import annotations

import json

from emulator.core import jsontext
from emulator.core.errors import AwsError
from emulator.core.ground import Call

MAX_SYNC = 6_291_456
MAX_ASYNC = 1_048_576
"""262,144 before October 2025."""
MAX_REQUEST = {"CreateFunction": 70_167_211, "UpdateFunctionCode": 70_167_211, "UpdateFunctionConfiguration": 5120}
"""Whole requests in bytes (recorded from AWS; UpdateFunctionConfiguration: AWS docs)."""

_SOURCE = "at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"


def read_payload(body: bytes | None) -> bytes:
    """``body``, or ``{}`` where there is none; raises InvalidRequestContentException when it is not JSON."""
    if not body:
        return b"{}"
    try:
        jsontext.parse_standard(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _unreadable(f"Invalid UTF-8 start byte 0x{body[error.start]:x}", 1, error.start + 1) from None
    except json.JSONDecodeError as error:
        raise _unreadable(_detail(error), error.lineno, error.colno) from None
    except ValueError as error:  # too deep, or a number of thousands of digits
        raise _unreadable(str(error), 1, 1) from None
    return body


def _detail(error: json.JSONDecodeError) -> str:
    """AWS's parser in its own words, as far as ours knows them."""
    token = ""
    for character in error.doc[error.pos :]:
        if not (character.isalnum() or character in "_$"):
            break
        token += character
    if token and not token[0].isdigit():
        return f"Unrecognized token '{token}': was expecting ('true', 'false' or 'null')"
    return error.msg


def _unreadable(detail: str, line: int, column: int) -> AwsError:
    text = f"Could not parse request body into json: Could not parse payload into json: {detail}"
    return AwsError("InvalidRequestContentException", f"{text}\n {_SOURCE.format(line, column)}")


def check_size(payload: bytes, asynchronous: bool, enforce: bool) -> None:
    """Raises RequestEntityTooLargeException."""
    size = len(payload)
    if not enforce:
        return
    if asynchronous and size > MAX_ASYNC:
        raise AwsError(
            "RequestEntityTooLargeException",
            f"{size} byte payload is too large for the Event invocation type (limit {MAX_ASYNC} bytes)",
        )
    if not asynchronous and size > MAX_SYNC:
        raise request_too_large("Invoke")


def check_request(call: Call, operation: str) -> None:
    """Raises RequestEntityTooLargeException for a request that says that it is larger than the operation takes."""
    length = call.headers.get("content-length", "")
    if call.settings.enforce_quotas and length.isdigit() and int(length) > MAX_REQUEST[operation]:
        raise request_too_large(operation)


def request_too_large(operation: str) -> AwsError:
    limit = MAX_REQUEST.get(operation, MAX_SYNC)
    shown = "InvokeFunction" if operation.startswith("Invoke") else operation
    return AwsError(
        "RequestEntityTooLargeException", f"Request must be smaller than {limit} bytes for the {shown} operation"
    )
