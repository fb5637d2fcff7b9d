"""Texts that API Gateway itself sends to a client."""

from __future__ import annotations

import json

FORBIDDEN = "Forbidden"
INTERNAL_ERROR = "Internal server error"
TIMED_OUT = "Endpoint request timed out"
TOO_MANY_REQUESTS = "Too Many Requests"
BAD_REQUEST_BODY = "Bad request body"
UNSUPPORTED_MEDIA_TYPE = "Unsupported Media Type"
UNAUTHORIZED = "Unauthorized"


def error_frame(message: str, connection_id: str, request_id: str, message_id: str | None = None) -> str:
    """An error frame, blanks as recorded from AWS: after the first colon and after commas only."""
    text = f'{{"message": {json.dumps(message)}, "connectionId":"{connection_id}", "requestId":"{request_id}"'
    if message_id is not None:
        text += f', "messageId":"{message_id}"'
    return text + "}"
