"""How long a state may wait: Wait states, timeouts and heartbeats of Tasks.  Texts recorded from AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulator.asl.checks.kinds import LONGEST
from emulator.asl.dataflow import Visit, effective_input
from emulator.asl.equality import is_number
from emulator.asl.errors import StatesError, runtime_error
from emulator.asl.jsonata import query_error
from emulator.asl.paths import Path
from emulator.asl.scope import ABSENT, Literal, Scope, Value
from emulator.asl.states import Task, Wait
from emulator.asl.timestamps import parse_timestamp
from emulator.core.jsontext import compact


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """Seconds; None where the definition gives none (AWS: 99,999,999 and no heartbeat)."""

    timeout: int | None
    heartbeat: int | None


def wake_at(visit: Visit, now: float) -> float:
    """The instant at which a Wait state goes on (``now``, or one in the past: at once).  Raises StatesError."""
    state = visit.state
    assert isinstance(state, Wait)
    scope = visit.scope(effective_input(visit))
    if state.seconds is not None:
        return now + _seconds(state.seconds, scope)
    assert state.timestamp is not None
    return _instant(state.timestamp, scope)


def task_limits(visit: Visit) -> TaskLimits:
    """A Task's two times for this attempt.  Raises StatesError."""
    state = visit.state
    assert isinstance(state, Task)
    if state.timeout_seconds is None and state.heartbeat_seconds is None:
        return TaskLimits(None, None)
    scope = visit.scope(effective_input(visit))
    return TaskLimits(
        _limit("TimeoutSeconds", state.timeout_seconds, scope),
        _limit("HeartbeatSeconds", state.heartbeat_seconds, scope),
    )


def credentials(visit: Visit) -> dict[str, str] | None:
    """A Task's evaluated Credentials as history's ``taskCredentials``: ``{"roleArn": ...}``.  Raises StatesError."""
    state = visit.state
    assert isinstance(state, Task)
    if state.credentials is None:
        return None
    value = state.credentials.evaluate(visit.scope(effective_input(visit)))
    role = value.get("RoleArn") if isinstance(value, dict) else None
    return {"roleArn": str(role)} if role is not None else None


def _seconds(value: Value, scope: Scope) -> int:
    if isinstance(value, Path):
        return _seconds_at(value, scope)
    seconds = value.evaluate(scope)
    if not _whole(seconds) or not 0 <= seconds <= LONGEST:
        raise query_error(f"The Seconds field must be an integer from 0 to {LONGEST} but was: {seconds}", "Seconds")
    return int(seconds)


def _seconds_at(path: Path, scope: Scope) -> int:
    value = path.find(scope)
    if value is ABSENT:
        raise runtime_error(f"The SecondsPath parameter does not reference an input value: {path.text}")
    if isinstance(value, bool) or not isinstance(value, int):
        raise runtime_error(
            f"The SecondsPath parameter cannot be parsed as a long value: {path.text} == {_shown(value)}"
        )
    if value < 0:
        raise runtime_error(f"The SecondsPath parameter references a negative value: {path.text} == {value}")
    return value


def _instant(value: Value, scope: Scope) -> float:
    path = value if isinstance(value, Path) else None
    text = value.evaluate(scope) if path is None else path.find(scope)
    instant = parse_timestamp(text)
    if instant is not None:
        return instant.epoch
    if path is None:
        raise query_error(
            f"The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}",
            "Timestamp",
        )
    if text is ABSENT:
        raise runtime_error(f"The TimestampPath parameter does not reference an input value: {path.text}")
    raise runtime_error(
        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
        f"{path.text} == {_shown(text)}"
    )


def _limit(name: str, value: Value | None, scope: Scope) -> int | None:
    if value is None:
        return None
    seconds = value.evaluate(scope)
    if not isinstance(value, Literal) and not (_whole(seconds) and 1 <= seconds <= LONGEST):
        raise _bad_limit(name, value, seconds)
    return int(seconds)


def _bad_limit(name: str, value: Value, seconds: Any) -> StatesError:
    if isinstance(value, Path):
        return runtime_error(
            f'The {name}Path field refers to value "{_shown(seconds)}" which is not a valid integer: {value.text}'
        )
    return query_error(f"The {name} field must be an integer from 1 to {LONGEST} but was: {_shown(seconds)}", name)


def _whole(value: Any) -> bool:
    return is_number(value) and (isinstance(value, int) or value.is_integer())


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else compact(value)
