"""What a runtime may call when, and the platform's answers to what it may not.

AWS docs, "Using the Lambda runtime API for custom runtimes"; texts and names of states from AWS's published runtime
interface emulator.
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from emulator.core.jsontext import compact
from emulator.runtimes.payloads import MAX_RESPONSE


class State(StrEnum):
    """Where a runtime is; the values are the words of error messages."""

    STARTED = "Started"
    INIT_ERROR = "InitError"
    READY = "Ready"
    RUNNING = "Running"
    INVOCATION_RESPONSE = "InvocationResponse"
    INVOCATION_ERROR_RESPONSE = "InvocationErrorResponse"
    RESPONSE_SENT = "ResponseSent"


_ALLOWED = {
    State.STARTED: {State.READY, State.INIT_ERROR},
    State.READY: {State.READY},  # a client whose connection broke asks again
    State.RUNNING: {State.INVOCATION_RESPONSE, State.INVOCATION_ERROR_RESPONSE},
    State.RESPONSE_SENT: {State.READY},
}


class Reply(NamedTuple):
    """An HTTP answer with a JSON body."""

    status: HTTPStatus
    body: bytes


ACCEPTED = Reply(HTTPStatus.ACCEPTED, b'{"status":"OK"}')


def _error(status: HTTPStatus, error_type: str, message: str) -> Reply:
    return Reply(status, compact({"errorMessage": message, "errorType": error_type}).encode())


INVALID_REQUEST_ID = _error(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
INVALID_RESPONSE_MODE = _error(HTTPStatus.BAD_REQUEST, "InvalidFunctionResponseMode", "Invalid function response mode")
TOO_LARGE = _error(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "RequestEntityTooLarge",
    f"Exceeded maximum allowed payload size ({MAX_RESPONSE} bytes).",
)


def refusal(state: State, wanted: State) -> Reply | None:
    """The answer to a call that would bring a runtime from ``state`` to ``wanted``; None if it may."""
    if wanted in _ALLOWED.get(state, ()):
        return None
    message = f"State transition from {state} to {wanted} failed for runtime. Error: State transition is not allowed"
    return _error(HTTPStatus.FORBIDDEN, "InvalidStateTransition", message)
