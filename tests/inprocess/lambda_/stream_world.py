"""A stream inside the test's process, as DynamoDB's will look to a mapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lambda_world import ACCOUNT, REGION, World

from emulator.core.courier import Shard, StreamRecord
from emulator.core.waiters import Waiters

STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2025-11-25T15:47:40.123"
SHARD = "shardId-00000001"


@dataclass
class _Shard:
    parent: str = ""
    records: list[StreamRecord] = field(default_factory=list)
    closed: bool = False


class TestStream:
    """Positions are indexes; sequence numbers are ``111``, ``112`` … over all shards."""

    __test__ = False

    def __init__(self, w: World, arn: str = STREAM) -> None:
        self.arn = arn
        self.waiters = Waiters()
        self.exists = True
        self._world = w
        self._shards = {SHARD: _Shard()}
        self._next = 111
        w.ground.courier.register_stream("dynamodb", lambda found: self if str(found) == arn else None)

    def put(self, key: str, shard: str = SHARD, **image: Any) -> str:
        """Write a record; its sequence number."""
        sequence, now = str(self._next), self._world.clock.now()
        self._next += 1
        change = {"Keys": {"id": {"S": key}}, "NewImage": {"id": {"S": key}, **image}, "SequenceNumber": sequence}
        data = {"eventID": "0" * 32, "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change}
        cause = self._world.ground.new_cause()
        self._shards[shard].records.append(StreamRecord(sequence, data, key, now, cause))
        self.waiters.wake_all()
        return sequence

    def split(self, shard: str, child: str) -> None:
        self._shards[shard].closed = True
        self._shards[child] = _Shard(parent=shard)
        self.waiters.wake_all()

    # StreamSource

    def shards(self) -> Sequence[Shard]:
        return [Shard(name, shard.parent) for name, shard in self._shards.items()]

    def start(self, shard: str, position: str, at: float | None = None) -> int:
        return len(self._shards[shard].records) if position == "LATEST" else 0

    def after(self, shard: str, sequence: str) -> int:
        return [record.sequence for record in self._shards[shard].records].index(sequence) + 1

    def read(self, shard: str, position: int, limit: int) -> tuple[Sequence[StreamRecord], int]:
        found = self._shards[shard].records[position : position + limit]
        return found, position + len(found)

    def finished(self, shard: str, position: int) -> bool:
        return self._shards[shard].closed and position >= len(self._shards[shard].records)
