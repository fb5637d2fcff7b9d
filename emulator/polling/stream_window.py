"""Tumbling windows of a stream's mapping (AWS docs, "Implementing stateful DynamoDB stream processing in Lambda").

Where the docs say nothing: windows begin at multiples of their length and are over at their end, as told by the next
record or by the clock; the state that was too large is what its last invocation gets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.core import jsontext, timestamps
from emulator.core.cause import Cause
from emulator.core.jsontext import compact

MAX_STATE = 1024 * 1024
"""Bytes of JSON; a larger state ends its window early."""


@dataclass(slots=True)
class Window:
    """An open window of one shard; instants in seconds, ``cause`` that of the record which opened it."""

    start: float
    seconds: int
    cause: Cause
    state: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def around(cls, at: float, seconds: int, cause: Cause) -> Window:
        return cls(at // seconds * seconds, seconds, cause)

    @property
    def end(self) -> float:
        return self.start + self.seconds

    @property
    def too_large(self) -> bool:
        return len(compact(self.state).encode()) > MAX_STATE

    def members(self, shard: str, stream_arn: str, *, final: bool, early: bool) -> dict[str, Any]:
        """What an event has beside its ``Records``."""
        return {
            "window": {"start": timestamps.iso_seconds(self.start), "end": timestamps.iso_seconds(self.end)},
            "state": self.state,
            "shardId": shard,
            "eventSourceARN": stream_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": early,
        }


def answered_state(payload: bytes) -> dict[str, Any] | None:
    """The ``state`` of a function's answer; None where there is none, which is a failure."""
    try:
        answer = jsontext.parse(payload)
    except ValueError:
        return None
    state = answer.get("state") if isinstance(answer, dict) else None
    return state if isinstance(state, dict) else None
