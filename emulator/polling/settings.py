"""What can be set for the reading of a queue or of a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class QueueSettings:
    """What can be set for a queue.  Batch size in messages, window in seconds; ``patterns`` are the filters' texts."""

    batch_size: int = 10
    window: int = 0
    patterns: list[str] = field(default_factory=list)
    report_failures: bool = False
    max_concurrency: int | None = None
    stored: dict[str, Any] = field(default_factory=dict)
    """Members that are kept and shown only."""


@dataclass(slots=True)
class StreamSettings(QueueSettings):
    """What can be set for a stream.  Ages and ``tumbling`` windows in seconds; -1 sets no limit, 0 no window."""

    batch_size: int = 100
    starting_position: str = "TRIM_HORIZON"
    starting_at: float | None = None
    lanes: int = 1
    max_age: int = -1
    max_retries: int = -1
    bisect: bool = False
    tumbling: int = 0
    on_failure: str | None = None
