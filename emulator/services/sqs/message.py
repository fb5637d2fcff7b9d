"""A message at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from emulator.core.cause import Cause


class State(Enum):
    """Where a message stands.  READY also covers FIFO messages behind a blocked one: AWS counts those as visible."""

    READY = "ready"
    DELAYED = "delayed"
    IN_FLIGHT = "in flight"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a sender asks for, checked: see ``sending.read_draft``.  ``delay`` None means the queue's own."""

    body: str
    attributes: Mapping[str, Mapping[str, Any]]
    system: Mapping[str, Mapping[str, Any]]
    trace_header: str | None
    group: str | None
    deduplication: str | None
    delay: int | None


@dataclass(slots=True, eq=False)
class Message:
    """``sent`` and the other instants in epoch seconds; ``cause`` is the latest hop that touched the message.

    ``serial`` is the order of arrival in this queue; ``turn`` counts the changes of ``state``, so that entries which an
    earlier state left in heaps are recognised as stale.
    """

    id: str
    draft: Draft
    sender: str
    sent: float
    cause: Cause
    serial: int
    sequence: int | None = None
    state: State = State.READY
    turn: int = 0
    visible_at: float = 0.0
    receives: int = 0
    first_received: float | None = None
    received: float = 0.0
    dead_letter_source: str | None = None
    enqueued: Cause = field(init=False)

    def __post_init__(self) -> None:
        self.enqueued = self.cause

    @property
    def body(self) -> str:
        return self.draft.body

    @property
    def group(self) -> str | None:
        return self.draft.group
