"""A table's stream: shards in which records lie for a day, in the order of the writes."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.core.cause import Cause
from emulator.core.courier import Shard as ShardName
from emulator.core.courier import StreamRecord
from emulator.core.ground import Ground
from emulator.core.waiters import Waiters
from emulator.services.dynamodb.changes import Change, stream_part, stream_record

RETENTION = 86_400.0
"""Seconds for which records can be read (AWS docs, "Change data capture for DynamoDB Streams")."""
FIRST = 100_000_000_000_000_000_000


class StreamOptions:
    """``ground.cloud.shared(StreamOptions).shards = 4`` spreads new streams over shards by partition key.

    AWS has one shard per partition of the table, which a small table has one of.
    """

    def __init__(self) -> None:
        self.shards = 1


@dataclass(slots=True)
class Shard:
    """``trimmed`` counts records that have fallen out; a position counts the records before it, those included."""

    id: str
    first: int
    records: list[StreamRecord] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    trimmed: int = 0

    @property
    def end(self) -> int:
        return self.trimmed + len(self.records)

    def trim(self, before: float) -> None:
        """Drop records that came before an instant."""
        count = 0
        while count < len(self.records) and self.records[count].arrival < before:
            count += 1
        if count:
            del self.records[:count], self.numbers[:count]
            self.trimmed += count

    def behind(self, sequence: int) -> int:
        """The position behind a sequence number."""
        return self.trimmed + bisect_right(self.numbers, sequence)

    def at(self, instant: float) -> int:
        return self.trimmed + next((n for n, r in enumerate(self.records) if r.arrival >= instant), len(self.records))


class Stream:
    """One stream of one table; a table that gets another stream later gets another one of these."""

    def __init__(self, ground: Ground, table_arn: str, table: str, label: str, view: str, schema: list[Any]) -> None:
        self.arn = f"{table_arn}/stream/{label}"
        self.table, self.table_arn, self.label, self.view, self.schema = table, table_arn, label, view, schema
        self.created = ground.clock.now()
        self.ended: float | None = None
        self.waiters = Waiters()
        self._ground = ground
        self._sequence = FIRST
        count = max(1, ground.cloud.shared(StreamOptions).shards)
        self.shards = {shard.id: shard for shard in (self._new_shard() for _ in range(count))}

    def _new_shard(self) -> Shard:
        milliseconds = int(self._ground.clock.now() * 1000)
        return Shard(f"shardId-{milliseconds:020d}-{self._ground.ids.hex(8)}", FIRST)

    @property
    def enabled(self) -> bool:
        return self.ended is None

    @property
    def exists(self) -> bool:
        """A closed stream can be read for another day."""
        return self.ended is None or self._ground.clock.now() < self.ended + RETENTION

    def append(self, change: Change, cause: Cause, expired: bool = False) -> StreamRecord:
        """Write a change down; ``announce`` then tells the readers."""
        self._sequence += 1
        sequence, now = str(self._sequence), self._ground.clock.now()
        region = self.table_arn.split(":")[3]
        part = stream_part(change, self.view, sequence, now)
        data = stream_record(change, part, self._ground.ids.hex(32), region, expired)
        record = StreamRecord(sequence, data, change.key, now, cause)
        shard = self._shard_of(change)
        shard.trim(now - RETENTION)
        shard.records.append(record)
        shard.numbers.append(self._sequence)
        return record

    def _shard_of(self, change: Change) -> Shard:
        shards = list(self.shards.values())
        return shards[zlib.crc32(change.partition.encode()) % len(shards)]

    def announce(self) -> None:
        self.waiters.wake_all()

    def close(self) -> None:
        """Nothing more will come."""
        if self.ended is None:
            self.ended = self._ground.clock.now()
            self.announce()

    def last_sequence(self) -> str:
        return str(self._sequence)

    def read(self, shard: Shard, position: int, limit: int) -> tuple[Sequence[StreamRecord], int]:
        """Up to ``limit`` records from ``position`` on, and the position behind them."""
        shard.trim(self._ground.clock.now() - RETENTION)
        start = max(0, position - shard.trimmed)
        found = shard.records[start : start + limit]
        return found, shard.trimmed + start + len(found)


class ReadStream:
    """A stream as an event source mapping sees it (``core.courier.StreamSource``)."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.arn = stream.arn
        self.waiters = stream.waiters

    def shards(self) -> Sequence[ShardName]:
        return [ShardName(shard) for shard in self._stream.shards]

    def start(self, shard: str, position: str, at: float | None = None) -> int:
        found = self._stream.shards[shard]
        if position == "AT_TIMESTAMP" and at is not None:
            return found.at(at)
        return found.end if position == "LATEST" else found.trimmed

    def after(self, shard: str, sequence: str) -> int:
        return self._stream.shards[shard].behind(int(sequence))

    def read(self, shard: str, position: Any, limit: int) -> tuple[Sequence[StreamRecord], int]:
        return self._stream.read(self._stream.shards[shard], position, limit)

    def finished(self, shard: str, position: Any) -> bool:
        found = self._stream.shards[shard]
        return not self._stream.enabled and position is not None and position >= found.end

    @property
    def exists(self) -> bool:
        return self._stream.exists
