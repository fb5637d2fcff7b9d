"""An execution's history: what happened, with ids and the event before, as GetExecutionHistory shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from emulator.asl.errors import RUNTIME, StatesError
from emulator.core.jsontext import compact

LIMIT = 25_000
_FULL = f"The execution reached the maximum number of history events ({LIMIT})."
_STATES = ("Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
_WITHOUT_DETAILS = frozenset(
    {
        *("LambdaFunctionStarted", "ParallelStateStarted", "ParallelStateSucceeded", "ParallelStateFailed"),
        *("MapStateSucceeded", "MapStateFailed", "MapRunSucceeded", "MapRunAborted"),
        *("TaskStateAborted", "ParallelStateAborted", "MapStateAborted", "WaitStateAborted"),
    }
)
_MEMBERS = {
    **{f"{state}StateEntered": "stateEnteredEventDetails" for state in _STATES},
    **{f"{state}StateExited": "stateExitedEventDetails" for state in _STATES},
}
_JSON_MEMBERS = ("input", "output", "parameters")
_DATA_MEMBERS = frozenset({*_JSON_MEMBERS, "inputDetails", "outputDetails", "cause", "assignedVariables"})


class Event(NamedTuple):
    """``details`` as in the API, but ``input``, ``output``, ``parameters`` and assigned variables are values; they
    become JSON text when somebody reads them."""

    id: int
    previous: int
    type: str
    at: float
    details: Mapping[str, Any] | None

    def render(self, with_data: bool = True) -> dict[str, Any]:
        """The event in AWS's shape; without data neither payloads nor causes."""
        shown: dict[str, Any] = {
            "timestamp": self.at,
            "type": self.type,
            "id": self.id,
            "previousEventId": self.previous,
        }
        if self.type not in _WITHOUT_DETAILS:
            shown[_member(self.type)] = _render_details(self.details or {}, with_data)
        return shown


def _member(kind: str) -> str:
    return _MEMBERS.get(kind) or f"{kind[0].lower()}{kind[1:]}EventDetails"


def _render_details(details: Mapping[str, Any], with_data: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in details.items():
        if not with_data and name in _DATA_MEMBERS:
            continue
        if name in _JSON_MEMBERS:
            shown[name] = compact(value)
            if name != "parameters":
                shown[f"{name}Details"] = {"truncated": False}
        elif name == "assignedVariables":
            shown[name] = {variable: compact(new) for variable, new in value.items()}
            shown["assignedVariablesDetails"] = {"truncated": False}
        else:
            shown[name] = value
    return shown


class History:
    """The events of one execution.  ``keeping`` is False for Express executions: AWS writes theirs to logs only, but
    texts still name event ids.  ``listener`` is told of every event."""

    __slots__ = ("_count", "_events", "_keeping", "closed", "listener")

    def __init__(self, keeping: bool = True) -> None:
        self._events: list[Event] = []
        self._count = 0
        self._keeping = keeping
        self.closed = False
        self.listener: Callable[[Event], None] | None = None

    def add(self, kind: str, at: float, details: Mapping[str, Any] | None, previous: int) -> int:
        """Write an event down, and give its id.

        The last event of a full history is ExecutionFailed; whoever wants to write another gets a StatesError.  After
        the execution's end nothing is written any more.
        """
        if self.closed:
            return self._count
        if self._keeping and self._count >= LIMIT - 1 and not kind.startswith("Execution"):
            raise StatesError(RUNTIME, _FULL)
        self._count += 1
        if self._keeping or self.listener is not None:
            event = Event(self._count, previous, kind, at, details)
            if self._keeping:
                self._events.append(event)
            if self.listener is not None:
                self.listener(event)
        return self._count

    def close(self) -> None:
        self.closed = True

    def reopen(self) -> None:
        """A redrive goes on writing."""
        self.closed = False

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def page(self, start: int, size: int, newest_first: bool) -> list[Event]:
        """``size`` events from the ``start``-th on."""
        ordered = self._events[::-1] if newest_first else self._events
        return ordered[start : start + size]
