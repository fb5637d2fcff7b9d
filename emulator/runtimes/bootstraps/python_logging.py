"""The logging contract of AWS's Python runtime (AWS docs, "Lambda function logging in Python").

One event per line of output.  An event that holds line breaks travels with carriage returns in their place and is put
together again by the emulator, which is what AWS does with lines that a function writes itself.
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from typing import Any

from . import python_json
from .frames import write_all

_TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_JSON_DATES = "%Y-%m-%dT%H:%M:%SZ"
_RECORD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "aws_request_id",
    "tenant_id",
    "taskName",
}

INIT_FAILED = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare "
    "cases, a Lambda runtime update can cause unexpected function behavior. For functions using managed runtimes, "
    "runtime updates can be triggered by a function change, or can be applied automatically. To determine if the "
    "runtime has been updated, check the runtime version in the INIT_START log entry. If this error correlates with a "
    "change in the runtime version, you may be able to mitigate this error by temporarily rolling back to the previous "
    "runtime version. For more information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html"
)


class Current:
    """The invocation that log records belong to; of the process, not of a thread, as on AWS."""

    request_id = ""
    tenant_id: str | None = None


class LogSink:
    """Writes events to its own copy of stdout, so that a handler that closes or replaces stdout keeps its log."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def log(self, text: str) -> None:
        """Write one event."""
        event = text.removesuffix("\n").replace("\n", "\r")
        write_all(self._fd, event.encode("utf-8", "backslashreplace") + b"\n")


class LambdaLoggerHandler(logging.Handler):
    """The handler on the root logger."""

    def __init__(self, log_sink: LogSink) -> None:
        super().__init__()
        self.log_sink = log_sink

    def emit(self, record: logging.LogRecord) -> None:
        """Write ``record`` as one event."""
        self.log_sink.log(self.format(record))


class LambdaLoggerFilter(logging.Filter):
    """Gives every record the request id."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always passes."""
        record.aws_request_id = Current.request_id
        record.tenant_id = Current.tenant_id
        return True


class JsonFormatter(logging.Formatter):
    """``AWS_LAMBDA_LOG_FORMAT=JSON``: one object per event."""

    def __init__(self) -> None:
        super().__init__(datefmt=_JSON_DATES)

    def format(self, record: logging.LogRecord) -> str:
        """The event's text, with a line break at its end."""
        record.levelno = min(50, max(0, record.levelno)) // 10 * 10
        record.levelname = logging.getLevelName(record.levelno)
        structured = isinstance(record.msg, dict) and not record.args
        error = record.exc_info if record.exc_info and record.exc_info[0] else None
        result: dict[str, Any] = {
            "timestamp": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "message": record.msg if structured else record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(error[2]) if error else None,
            "errorType": error[0].__name__ if error and error[0] else None,
            "errorMessage": str(error[1]) if error else None,
            "requestId": getattr(record, "aws_request_id", None),
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if error else None,
            "tenantId": getattr(record, "tenant_id", None),
        }
        extra = {key: value for key, value in vars(record).items() if key not in _RECORD_FIELDS and key not in result}
        kept = {key: value for key, value in (result | extra).items() if value is not None}
        return json.dumps(kept, ensure_ascii=False, default=str) + "\n"


def configure(log_sink: LogSink) -> None:
    """Put AWS's handler on the root logger; before any user code is imported."""
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler(log_sink)
    text = logging.Formatter(_TEXT_FORMAT, "%Y-%m-%dT%H:%M:%S")
    handler.setFormatter(JsonFormatter() if _wants_json() else text)
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = {"TRACE": "DEBUG"}.get(level, level)
    if level in logging.getLevelNamesMapping():
        root.setLevel(level)


def _wants_json() -> bool:
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def log_error(error: dict[str, Any], log_sink: LogSink) -> None:
    """Write the event for an unhandled error."""
    if _wants_json():
        stamp = time.strftime(_JSON_DATES, time.gmtime())
        log_sink.log(python_json.dumps({"timestamp": stamp, "level": "ERROR", **error}))
    else:
        log_sink.log(error_text(error))


def error_text(error: dict[str, Any]) -> str:
    """``[ERROR] Type: message`` and the trace, its leading blanks as no-break spaces (recorded from AWS)."""
    description = "[ERROR]"
    if error["errorType"]:
        description += f" {error['errorType']}"
    if error["errorMessage"]:
        description += (": " if error["errorType"] else " ") + error["errorMessage"]
    lines = [description, "Traceback (most recent call last):"]
    for element in error["stackTrace"]:
        lines.extend(_no_break(line) for line in element.splitlines() or [""])
    return "\n".join(lines)


def _no_break(line: str) -> str:
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + text
