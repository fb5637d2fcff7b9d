"""Who handles what is read: an event source mapping hands it to its function, a pipe to its target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from emulator.core.cause import Cause
from emulator.core.courier import StreamRecord
from emulator.core.journal import Hop
from emulator.patterns.event_filter import EventFilter
from emulator.polling.settings import QueueSettings, StreamSettings
from emulator.polling.stream_window import Window

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
AGE_EXCEEDED = "RecordAgeExceeded"


class Work(NamedTuple):
    """One batch: ``records`` as the consumer sees them, in order.

    ``attempt`` counts from 1 where batches are tried again; ``facts`` belong into the journal, ``window`` holds what a
    tumbling window adds to the records.
    """

    records: Sequence[dict[str, Any]]
    cause: Cause
    attempt: int | None = None
    facts: Mapping[str, Any] = {}
    window: Mapping[str, Any] = {}


class Answer(NamedTuple):
    """What a batch came to.

    ``payload`` is JSON and may name ``batchItemFailures``; ``error`` is set when all of it has failed.  ``entry`` is
    the hop with which the handling began, ``hop`` the one with which it ended: what follows is caused by that.
    """

    payload: bytes
    error: str | None
    entry: Hop
    hop: Hop
    request_id: str = ""
    executed_version: str = ""


class Discarded(NamedTuple):
    """Records of a stream that are given up, because of ``condition``; ``attempts`` counts how often they were tried,
    ``last`` is what came of the last time."""

    shard: str
    condition: str
    attempts: int
    records: Sequence[StreamRecord]
    last: Answer | None


@dataclass(slots=True)
class Progress:
    """How far a stream is read; kept by the consumer while nobody reads."""

    checkpoints: dict[tuple[str, int], Any] = field(default_factory=dict)
    """Positions, by shard and lane."""
    windows: dict[tuple[str, int], Window] = field(default_factory=dict)
    """Tumbling windows that are open, likewise."""
    last_result: str = "No records processed"


class Consumer(Protocol):
    """``name`` is for people, ``arn`` for the journal."""

    @property
    def name(self) -> str: ...

    @property
    def arn(self) -> str: ...

    @property
    def source_arn(self) -> str: ...

    @property
    def filter(self) -> EventFilter: ...

    async def handle(self, work: Work) -> Answer:
        """Handle a batch once.

        Raises AwsError when it was not even begun: ``TooManyRequestsException`` may pass soon, others may not.
        """


class QueueConsumer(Consumer, Protocol):
    @property
    def settings(self) -> QueueSettings: ...

    @property
    def longest(self) -> float:
        """Seconds that one batch may take; a batching window makes the messages' visibility timeout depend on it."""


class StreamConsumer(Consumer, Protocol):
    @property
    def settings(self) -> StreamSettings:
        """As they are now: an update counts from the next batch on."""

    @property
    def progress(self) -> Progress: ...

    def identifier(self, record: StreamRecord) -> str:
        """By what ``batchItemFailures`` names a record."""

    async def discard(self, discarded: Discarded, cause: Cause) -> None:
        """Tell who wants to know.  A delivery that fails has no other effect."""
