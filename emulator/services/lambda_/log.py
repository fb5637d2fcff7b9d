"""The log of one invocation (line formats recorded from AWS)."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any

from emulator.core import timestamps
from emulator.core.courier import LogEvent
from emulator.core.jsontext import compact
from emulator.runtimes.base import FunctionSpec, Outcome

TAIL = 4096


class InvocationLog:
    """The lines of one invocation between START and REPORT.

    ``on_line`` hears what the handler writes; ``write(stream, events)`` gets every line as soon as the environment, and
    with it the stream, is known.
    """

    def __init__(
        self,
        request_id: str,
        function: FunctionSpec,
        now: Callable[[], float],
        on_line: Callable[[str], None],
        write: Callable[[str, Sequence[LogEvent]], None],
    ) -> None:
        self._request_id = request_id
        self._function = function
        self._now = now
        self._on_line = on_line
        self._write = write
        self._stream = ""
        self._json = function.log_format.upper() == "JSON"
        self._failures_only = self._json and function.system_log_level == "WARN"
        self._lines: list[str] = []
        self._waiting: list[LogEvent] = []
        self._platform("start", {"requestId": request_id, "version": function.version}, self._start_text())

    def _start_text(self) -> str:
        return f"START RequestId: {self._request_id} Version: {self._function.version}"

    def started(self, stream: str, cold: bool) -> None:
        """An environment has taken the invocation; a new one says so in its stream only."""
        self._stream = stream
        if cold:
            version, arn = runtime_version(self._function)
            text = f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}"
            at = self._waiting[0].at if self._waiting else self._now()  # before START
            record = _init_record(version, arn, self._function.initialization)
            if not self._failures_only:
                self._write(stream, [LogEvent(at, self._shaped("initStart", record, text))])
        self._write(stream, self._waiting)
        self._waiting = []

    def line(self, text: str) -> None:
        """Take one line (or one event with line breaks inside) that the handler wrote."""
        self._add(text)
        self._on_line(text)

    def finish(self, outcome: Outcome) -> None:
        if outcome.init_failed is not None and outcome.status == "error":
            record = _init_report_record(self._function, outcome, outcome.init_failed)
            text = self._shaped("initReport", record, init_report(outcome, outcome.init_failed))
            self._write(self._stream, [LogEvent(self._now(), text)])
        if not self._json:
            self._add(f"END RequestId: {self._request_id}")
        text = report(self._request_id, self._function, outcome)
        self._platform("report", report_record(self._request_id, self._function, outcome), text, bool(outcome.status))

    def _platform(self, kind: str, record: dict[str, Any], text: str, failed: bool = False) -> None:
        """A line of the platform; at the system log level WARN reports of failures alone (AWS docs, "Configuring
        advanced logging controls")."""
        if failed or not self._failures_only:
            self._add(self._shaped(kind, record, text))

    def _shaped(self, kind: str, record: dict[str, Any], text: str) -> str:
        if not self._json:
            return text
        at = timestamps.iso_milliseconds(self._now())
        return compact({"time": at, "type": f"platform.{kind}", "record": record})

    def _add(self, text: str) -> None:
        self._lines.append(text)
        event = LogEvent(self._now(), text)
        if self._stream:
            self._write(self._stream, [event])
        else:
            self._waiting.append(event)

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def tail(self) -> str:
        """The last 4 KB in base64: ``X-Amz-Log-Result``."""
        return base64.b64encode(self.text().encode()[-TAIL:]).decode()


def runtime_version(function: FunctionSpec) -> tuple[str, str]:
    """What INIT_START names: ``python:3.13.v1``; the number after ``v`` and the hash are ours."""
    name = function.runtime.rstrip("0123456789.x") or function.runtime
    digits = function.runtime.removeprefix(name).removesuffix(".x")
    version = f"{name}:{digits}.v1" if digits else f"{name}:v1"
    return version, runtime_arn(function.region, function.runtime)


def runtime_arn(region: str, runtime: str) -> str:
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(runtime.encode()).hexdigest()}"


def _init_record(version: str, arn: str, initialization: str) -> dict[str, Any]:
    return {
        "initializationType": initialization,
        "phase": "init",
        "runtimeVersion": version,
        "runtimeVersionArn": arn,
    }


def _init_report_record(function: FunctionSpec, outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        "initializationType": function.initialization,
        "metrics": {"durationMs": round(seconds * 1000, 3)},
        "phase": "init",
        "status": "error",
        "errorType": outcome.error_type,
    }


def init_report(outcome: Outcome, seconds: float) -> str:
    """The line for an environment whose handler could not be loaded."""
    parts = (f"INIT_REPORT Init Duration: {seconds * 1000:.2f} ms", "Phase: init", "Status: error")
    return "\t".join((*parts, f"Error Type: {outcome.error_type}"))


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


def report_record(request_id: str, function: FunctionSpec, outcome: Outcome) -> dict[str, Any]:
    """``platform.report`` of the JSON format (AWS docs, "Lambda Telemetry API Event schema reference")."""
    milliseconds = round(outcome.duration * 1000, 3)
    metrics: dict[str, Any] = {
        "durationMs": milliseconds,
        "billedDurationMs": math.ceil(milliseconds),
        "memorySizeMB": function.memory,
    }
    if outcome.memory_used is not None:
        metrics["maxMemoryUsedMB"] = outcome.memory_used
    if outcome.init is not None:
        metrics["initDurationMs"] = round(outcome.init * 1000, 3)
    record: dict[str, Any] = {"requestId": request_id, "metrics": metrics, "status": outcome.status or "success"}
    if outcome.status == "error":
        record["errorType"] = outcome.error_type
    return record
