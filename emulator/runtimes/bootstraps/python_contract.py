"""What AWS's Python client does around a handler: find it, call it, write its errors.

Texts, key order and separators are those of AWS's published Python runtime client; the tests compare with it.
Used by the worker process and by the inline runtime.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple

from . import python_json
from .python_context import LambdaContext

Handler = Callable[[Any, Any], Any]

# Frames below this directory are the emulator's own and are cut from the beginning of a stack trace.
_OWN_FILES = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class FaultError(Exception):
    """A failure that the runtime client itself describes (``Runtime.*``), not an exception of user code."""

    def __init__(self, error_type: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace


class Answer(NamedTuple):
    """What one call of a handler gives: the payload, and for a failure the error body it was written from."""

    payload: bytes
    content_type: str
    error: dict[str, Any] | None

    @property
    def error_type(self) -> str | None:
        return None if self.error is None else str(self.error["errorType"])


def resolve_handler(handler: str) -> Handler:
    """The function that ``app.handler``, ``pkg/mod.handler`` or our own ``pkg.mod:fn`` names; raises FaultError.

    Any other exception that user code raises at import passes through.
    """
    module_name, name = _split(handler)
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise FaultError(
            "Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module"
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise FaultError("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        message = f"Syntax error in module '{module_name}': {error}"
        raise FaultError("Runtime.UserCodeSyntaxError", message, trace) from error
    try:
        function: Handler = getattr(module, name)
    except AttributeError as error:
        message = f"Handler '{name}' missing on module '{module_name}'"
        raise FaultError("Runtime.HandlerNotFound", message) from error
    return function


def _split(handler: str) -> tuple[str, str]:
    if ":" in handler:  # the emulator's own spelling, as entry points write it
        module_name, _, name = handler.partition(":")
        return module_name, name
    try:
        module_name, name = handler.rsplit(".", 1)
    except ValueError as error:
        raise FaultError("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {error}") from error
    return module_name, name


def error_body(message: str, error_type: str, trace: list[str] | None, request_id: str = "") -> dict[str, Any]:
    """The error object in AWS's key order."""
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": trace or []}


def body_of_exception(error: BaseException, request_id: str = "") -> dict[str, Any]:
    """The error object for whatever was raised at init or by the handler; the outermost exception only."""
    if isinstance(error, FaultError):
        return error_body(error.message, error.error_type, error.trace, request_id)
    frames = _user_frames(error.__traceback__)
    return error_body(str(error), type(error).__name__, traceback.format_list(frames), request_id)


def _user_frames(tb: TracebackType | None) -> list[tuple[str, int, str, str | None]]:
    frames = [(frame.filename, frame.lineno or 0, frame.name, frame.line) for frame in traceback.extract_tb(tb)]
    first = next((index for index, frame in enumerate(frames) if not frame[0].startswith(_OWN_FILES)), 0)
    return frames[first:]


def handle_event_request(request_handler: Handler, invocation: dict[str, Any], event_body: bytes) -> Answer:
    """Call the handler once.

    ``invocation``: ``id``, ``deadline_ms`` (real epoch milliseconds), ``arn``, and optionally ``client_context`` and
    ``identity`` (JSON texts) and ``tenant``.  SystemExit and other non-errors pass through: they end the process.
    """
    request_id = invocation["id"]
    try:
        lambda_context = create_context(invocation)
        event = unmarshal(event_body)
        response = request_handler(event, lambda_context)
        text = marshal(response)
    except Exception as error:
        body = body_of_exception(error, request_id)
        return Answer(python_json.dumps(body).encode(), "application/json", body)
    if isinstance(text, bytes):
        return Answer(text, "application/unknown", None)
    return Answer(text.encode(), "application/json", None)


def create_context(invocation: dict[str, Any]) -> LambdaContext:
    """The context object; raises FaultError if the client context is not JSON."""
    return LambdaContext(
        invocation["id"],
        _parse(invocation.get("client_context"), "Client Context"),
        _parse(invocation.get("identity"), "Cognito Identity"),
        invocation["deadline_ms"],
        invocation.get("arn"),
        invocation.get("tenant"),
    )


def _parse(text: str | None, name: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except Exception as error:
        raise FaultError("Runtime.LambdaContextUnmarshalError", f"Unable to parse {name} JSON: {error}") from error


def unmarshal(event_body: bytes) -> Any:
    """The event; raises FaultError if it is not JSON."""
    try:
        return json.loads(event_body)
    except Exception as error:
        raise FaultError("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def marshal(response: Any) -> str | bytes:
    """The result as JSON text, or bytes as they are; raises FaultError for what JSON cannot hold."""
    if isinstance(response, bytes):
        return response
    try:
        return python_json.dumps(response)
    except Exception as error:
        raise FaultError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
