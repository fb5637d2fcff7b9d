"""Events as callers send them: JSON, and not too large (texts recorded from AWS or widely reported)."""

from __future__ import annotations

import json

from emulator.core.errors import AwsError

MAX_SYNC = 6_291_456
MAX_ASYNC = 1_048_576
"""262,144 before October 2025."""

_SOURCE = "at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"


def read_payload(body: bytes | None) -> bytes:
    """``body``, or ``{}`` where there is none; raises InvalidRequestContentException when it is not JSON."""
    if not body:
        return b"{}"
    try:
        json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _unreadable(f"Invalid UTF-8 start byte 0x{body[error.start]:x}", 1, error.start + 1) from None
    except json.JSONDecodeError as error:
        raise _unreadable(_detail(error), error.lineno, error.colno) from None
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
        raise AwsError(
            "RequestEntityTooLargeException",
            f"Request must be smaller than {MAX_SYNC} bytes for the InvokeFunction operation",
        )
