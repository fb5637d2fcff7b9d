"""Error payloads that the platform writes when the language's own code cannot (recorded from AWS).

Shared by every runtime.  Key order and texts are AWS's; an unverified one says so.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass

from emulator.core.jsontext import compact

MAX_RESPONSE = 6 * 1024 * 1024 + 100

# The names that the platform (written in Go) gives to signals.
_SIGNALS = {
    "SIGHUP": "hangup",
    "SIGINT": "interrupt",
    "SIGQUIT": "quit",
    "SIGILL": "illegal instruction",
    "SIGTRAP": "trace/breakpoint trap",
    "SIGABRT": "aborted",
    "SIGBUS": "bus error",
    "SIGFPE": "floating point exception",
    "SIGKILL": "killed",
    "SIGUSR1": "user defined signal 1",
    "SIGSEGV": "segmentation fault",
    "SIGUSR2": "user defined signal 2",
    "SIGPIPE": "broken pipe",
    "SIGALRM": "alarm clock",
    "SIGTERM": "terminated",
    "SIGXCPU": "CPU time limit exceeded",
    "SIGXFSZ": "file size limit exceeded",
    "SIGSYS": "bad system call",
}


@dataclass(frozen=True, slots=True)
class PlatformError:
    """A failure in the platform's words: ``error_type`` for logs and records, ``payload`` for the caller."""

    error_type: str
    payload: bytes


def timed_out(request_id: str, timeout: float) -> PlatformError:
    """``timeout``: the function's configured seconds."""
    return _platform("Sandbox.Timedout", request_id, f"Task timed out after {timeout:.2f} seconds")


def exited(request_id: str, status: int) -> PlatformError:
    """The process ended with ``status``; negative for a signal, as Python's subprocess reports it."""
    if status == 0:
        reason = "Runtime exited without providing a reason"
    elif status > 0:
        reason = f"Runtime exited with error: exit status {status}"
    else:
        reason = f"Runtime exited with error: signal: {signal_name(-status)}"
    return _platform("Runtime.ExitError", request_id, reason)


def response_too_large() -> PlatformError:
    """The result is larger than 6 MiB and 100 bytes; here ``errorMessage`` comes first."""
    error_type = "Function.ResponseSizeTooLarge"
    message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes)."
    return PlatformError(error_type, compact({"errorMessage": message, "errorType": error_type}).encode())


def cannot_start(request_id: str, error: OSError, working_directory_missing: bool) -> PlatformError:
    """The process could not be started: no interpreter, or no working directory (message unverified)."""
    error_type = "Runtime.InvalidWorkingDir" if working_directory_missing else "Runtime.InvalidEntrypoint"
    return _platform(error_type, request_id, str(error))


def signal_name(number: int) -> str:
    """``killed`` for 9, ``segmentation fault`` for 11, ..."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = ""
    return _SIGNALS.get(name, f"signal {number}")


def _platform(error_type: str, request_id: str, reason: str) -> PlatformError:
    body = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {reason}"}
    return PlatformError(error_type, compact(body).encode())
