"""AWS's protocols seen from the server's side: bytes, headers and paths in, plain dicts out, and back.

Nothing here opens a socket or knows what a service does.  Shapes come from botocore's service models, which are read
on first use of a service.
"""

from emulator.wire.calls import answer, error_answer, parse
from emulator.wire.identify import identify
from emulator.wire.messages import ParsedCall, Protocol, Target, WireError, WireRequest, WireResponse
from emulator.wire.models import (
    UnknownOperationError,
    UnknownServiceError,
    function_name,
    has_operation,
    operation_model,
    operation_names,
    protocol_name,
    service_model,
)
from emulator.wire.outputs import WrongResultError, check_output
from emulator.wire.scope import Scope, credential_scope
from emulator.wire.validation import validate

__all__ = [
    "ParsedCall",
    "Protocol",
    "Scope",
    "Target",
    "UnknownOperationError",
    "UnknownServiceError",
    "WireError",
    "WireRequest",
    "WireResponse",
    "WrongResultError",
    "answer",
    "check_output",
    "credential_scope",
    "error_answer",
    "function_name",
    "has_operation",
    "identify",
    "operation_model",
    "operation_names",
    "parse",
    "protocol_name",
    "service_model",
    "validate",
]
