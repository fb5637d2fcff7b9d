"""When a batch of messages is full, and how many batches may run at once.

AWS docs, "Using Lambda with Amazon SQS" (batching) and "Configuring scaling behavior for SQS event source mappings".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.core.courier import Received
from emulator.core.jsontext import compact

MAX_BYTES = 6 * 1024 * 1024
RECEIVE_LIMIT = 10
"""Messages of one receive: without a window a batch is what one receive returned."""
FIRST_BATCHES = 5
MORE_PER_MINUTE = 300
MAX_BATCHES = 1000
_FRAME = len('{"Records":[]}')


@dataclass(frozen=True, slots=True)
class Item:
    """One message: as received, and as the function will see it."""

    received: Received
    record: dict[str, Any]
    size: int

    @classmethod
    def of(cls, received: Received, record: dict[str, Any]) -> Item:
        return cls(received, record, len(compact(record).encode()) + 1)

    @property
    def id(self) -> str:
        return str(self.record["messageId"])


@dataclass(slots=True)
class Batch:
    """Messages for one invocation; ``visible_at`` is when the first of them returns to the queue."""

    limit: int
    visible_at: float = float("inf")
    items: list[Item] = field(default_factory=list)
    size: int = _FRAME

    @property
    def full(self) -> bool:
        return len(self.items) >= self.limit

    def room_for(self, item: Item) -> bool:
        """The first message always has room: the batch could not be made smaller."""
        return not self.items or (not self.full and self.size + item.size <= MAX_BYTES)

    def add(self, item: Item, visible_at: float) -> None:
        self.items.append(item)
        self.size += item.size
        self.visible_at = min(self.visible_at, visible_at)


def batch_limit(busy_seconds: float, maximum: int | None) -> int:
    """How many batches may be in flight after ``busy_seconds`` of work without a pause."""
    allowed = FIRST_BATCHES + MORE_PER_MINUTE * int(busy_seconds // 60)
    return min(allowed, maximum or MAX_BATCHES, MAX_BATCHES)


def effective_visibility(queue_seconds: float, window: int, function_timeout: float) -> float | None:
    """The visibility timeout to receive with; None is the queue's own (AWS docs)."""
    needed = window + function_timeout
    return needed + 30 if window and needed > queue_seconds else None


def throttle_wait(last: float) -> float:
    """Seconds before a throttled batch is tried again; ``last`` is the previous wait, 0 at first."""
    return min(60.0, 2 * last or 1.0)
