"""History events in CloudWatch Logs, as ``loggingConfiguration`` asks for them (AWS docs, "Using CloudWatch Logs to log
execution history in Step Functions")."""

from __future__ import annotations

from collections.abc import Callable

from emulator.core import timestamps
from emulator.core.arns import Arn
from emulator.core.courier import LogEvent
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.services.stepfunctions.execution import Execution
from emulator.services.stepfunctions.history import Event

_ENDS = frozenset({"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})
_ERRORS = ("Failed", "TimedOut", "Aborted", "FailStateEntered")


def log_listener(ground: Ground, execution: Execution) -> Callable[[Event], None] | None:
    """What hears of every event of an execution whose state machine wants logs; None for the others."""
    logging = execution.origin.revision.logging
    level = logging.get("level") or "OFF"
    if level == "OFF":
        return None
    origin, with_data = execution.origin, bool(logging.get("includeExecutionData"))
    arn = logging["destinations"][0]["cloudWatchLogsLogGroup"]["logGroupArn"]
    group, place = arn.partition(":log-group:")[2].removesuffix(":*"), Arn.parse(arn)
    minute = timestamps.iso_seconds(execution.started)[:16].replace("T", "-").replace(":", "-")
    stream = f"states/{origin.machine_name}/{minute}/{ground.ids.hex(8)}"

    def listen(event: Event) -> None:
        if _wanted(level, event.type):
            line = LogEvent(event.at, compact(_line(execution, event, with_data)))
            ground.courier.write_log(place.account, place.region, group, stream, [line])

    return listen


def _wanted(level: str, kind: str) -> bool:
    if level == "ALL" or kind in _ENDS:
        return True
    return level == "ERROR" and kind.endswith(_ERRORS)


def _line(execution: Execution, event: Event, with_data: bool) -> dict[str, object]:
    """Every scalar is a text, as AWS writes them."""
    shown = event.render(with_data)
    details: dict[str, object] = next((value for name, value in shown.items() if name.endswith("EventDetails")), {})
    return {
        "id": str(event.id),
        "type": event.type,
        "details": details,
        "previous_event_id": str(event.previous),
        "event_timestamp": str(timestamps.milliseconds(event.at)),
        "execution_arn": execution.arn,
        "redrive_count": str(execution.redrives),
    }
