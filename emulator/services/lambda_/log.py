"""The log of one invocation (line formats recorded from AWS)."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable

from emulator.runtimes.base import FunctionSpec, Outcome

TAIL = 4096


class InvocationLog:
    """Collects the lines of one invocation between START and REPORT."""

    def __init__(self, request_id: str, function: FunctionSpec, on_line: Callable[[str], None]) -> None:
        self._request_id = request_id
        self._function = function
        self._on_line = on_line
        self._lines = [f"START RequestId: {request_id} Version: {function.version}"]

    def line(self, text: str) -> None:
        """Take one line (or one event with line breaks inside) that the handler wrote."""
        self._lines.append(text)
        self._on_line(text)

    def finish(self, outcome: Outcome) -> None:
        self._lines.append(f"END RequestId: {self._request_id}")
        self._lines.append(report(self._request_id, self._function, outcome))

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def tail(self) -> str:
        """The last 4 KB in base64: ``X-Amz-Log-Result``."""
        return base64.b64encode(self.text().encode()[-TAIL:]).decode()


def report(request_id: str, function: FunctionSpec, outcome: Outcome) -> str:
    """The REPORT line; ``Max Memory Used`` only where the runtime can tell it."""
    milliseconds = outcome.duration * 1000
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {math.ceil(milliseconds)} ms",
        f"Memory Size: {function.memory} MB",
    ]
    if outcome.memory_used is not None:
        parts.append(f"Max Memory Used: {outcome.memory_used} MB")
    if outcome.init is not None:
        parts.append(f"Init Duration: {outcome.init * 1000:.2f} ms")
    if outcome.status == "timeout":
        parts.append("Status: timeout")
    elif outcome.status == "error":
        parts += ["Status: error", f"Error Type: {outcome.error_type}"]
    else:
        parts.append("")  # the line ends with a tab
    return "\t".join(parts)
