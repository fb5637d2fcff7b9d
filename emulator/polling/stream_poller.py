"""The processes that read a stream for a consumer: one per shard and lane.

Each reads, hands over in batches, and keeps the checkpoint.

They wait in the stream's list of waiters and have no timer while there is nothing to read.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from emulator.core.courier import Shard, StreamRecord, StreamSource
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.core.timers import TimerKind
from emulator.core.waiters import Waiters
from emulator.polling.batching import MAX_BYTES
from emulator.polling.consumer import StreamConsumer
from emulator.polling.settings import StreamSettings
from emulator.polling.stream_batch import StreamBatch
from emulator.polling.stream_decisions import lane_of
from emulator.polling.stream_record import stream_record
from emulator.polling.stream_window import Window

log = logging.getLogger("emulator.polling")

MISSING_STREAM = 20.0
"""Seconds between two looks for a stream that was deleted."""
READ_LIMIT = 1000


class Collected(NamedTuple):
    """Records for one batch and the position behind them; ``over``: they are the last of their tumbling window."""

    records: list[StreamRecord]
    position: object
    window: Window | None = None
    over: bool = False


class StreamPoller:
    """Reads for one consumer until it is stopped; a batch in flight then ends normally, but is not tried again."""

    def __init__(self, ground: Ground, consumer: StreamConsumer) -> None:
        self.stopped = False
        self._ground = ground
        self._consumer = consumer
        self._gates: set[Waiters] = set()
        self._running: set[tuple[str, int]] = set()
        self._done: set[str] = set()
        self._begin()
        ground.clock.spawn(self._watch(), f"shards of {consumer.source_arn}")

    @property
    def settings(self) -> StreamSettings:
        return self._consumer.settings

    def stop(self) -> None:
        self.stopped = True
        for gate in list(self._gates):
            gate.wake_all()

    # Shards

    def _begin(self) -> None:
        """Shards that exist now are read from the starting position, later ones from their beginning."""
        source = self._source()
        if source is None or self._consumer.progress.checkpoints:
            return
        for shard in source.shards():
            start = source.start(shard.id, self.settings.starting_position, self.settings.starting_at)
            for lane in range(self.settings.lanes):
                self._consumer.progress.checkpoints[shard.id, lane] = start

    async def _watch(self) -> None:
        while not self.stopped:
            source = self._source()
            if source is None:
                log.warning("stream %s of %s does not exist", *self._names())
                await self.wait(None, MISSING_STREAM, TimerKind.STANDING)
                continue
            self._start_lanes(source)
            await self.wait(source, None)

    def _names(self) -> tuple[str, str]:
        return self._consumer.source_arn, self._consumer.name

    def _start_lanes(self, source: StreamSource) -> None:
        shards = source.shards()
        known = {shard.id for shard in shards}
        for shard in shards:
            if shard.id in self._done or (shard.parent in known and shard.parent not in self._done):
                continue
            for lane in range(self.settings.lanes):
                if (shard.id, lane) not in self._running:
                    self._running.add((shard.id, lane))
                    label = f"{shard.id} of {self._consumer.source_arn}"
                    self._ground.clock.spawn(self._read_lane(shard, lane), label)

    def _source(self) -> StreamSource | None:
        source = self._ground.courier.stream(self._consumer.source_arn)
        return source if source is not None and source.exists else None

    # One lane of one shard

    async def _read_lane(self, shard: Shard, lane: int) -> None:
        key, checkpoints = (shard.id, lane), self._consumer.progress.checkpoints
        while not self.stopped:
            source = self._source()
            if source is None:
                await self.wait(None, MISSING_STREAM, TimerKind.STANDING)
                continue
            if key not in checkpoints:
                checkpoints[key] = source.start(shard.id, "TRIM_HORIZON")
            found = await self._collect(source, shard.id, lane, checkpoints[key])
            if not await self._handle(key, found):
                break  # stopped: the checkpoint stays before what is not done
            checkpoints[key] = found.position
            if (
                not found.records
                and key not in self._consumer.progress.windows
                and source.finished(shard.id, found.position)
            ):
                break
        self._lane_ended(shard)

    async def _handle(self, key: tuple[str, int], found: Collected) -> bool:
        """Everything that follows from what was read; False when the poller was stopped before its end."""
        window = found.window
        if window is not None:
            self._consumer.progress.windows[key] = window
        if not found.records and not found.over:
            return True
        if not await StreamBatch(self._ground, self._consumer, self, *key, window).handle(found.records, found.over):
            return False
        if window is None:
            return True
        early = not found.over and window.too_large
        if early and not await StreamBatch(self._ground, self._consumer, self, *key, window).handle([], final=True):
            return False
        if early or found.over:
            del self._consumer.progress.windows[key]
        return True

    def _lane_ended(self, shard: Shard) -> None:
        source = self._source()
        if self.stopped or source is None:
            return
        if all(self._finished(source, shard.id, lane) for lane in range(self.settings.lanes)):
            self._done.add(shard.id)
            for gate in list(self._gates):
                gate.wake_all()  # children of the shard may begin

    def _finished(self, source: StreamSource, shard: str, lane: int) -> bool:
        checkpoints = self._consumer.progress.checkpoints
        return (shard, lane) in checkpoints and source.finished(shard, checkpoints[shard, lane])

    async def _collect(self, source: StreamSource, shard: str, lane: int, position: object) -> Collected:
        """The next batch; empty when nothing was there and something has happened since."""
        records: list[StreamRecord] = []
        window = self._consumer.progress.windows.get((shard, lane))
        size, until = 0, self._ground.clock.now() + self.settings.window
        while not self.stopped:
            limit = self.settings.batch_size - len(records)
            found, behind = source.read(shard, position, min(READ_LIMIT, limit))
            for record in found:
                if window is not None and record.arrival >= window.end:
                    return Collected(records, position, window, over=True)
                if self._wanted(record, lane):
                    length = len(compact(dict(record.data)).encode())
                    if records and size + length > MAX_BYTES:
                        return Collected(records, position, window)
                    window = window or self._window_of(record)
                    records.append(record)
                    size += length
                position = source.after(shard, record.sequence)
            position = behind
            if len(records) >= self.settings.batch_size:
                break
            if found:
                continue
            left = min(until, window.end if window is not None else until) - self._ground.clock.now()
            if not records:
                over = await self._wait_for_records(source, shard, position, window)
                return Collected(records, position, window, over)
            if left <= 0 or not await self.wait(source, left):
                break
        return Collected(records, position, window)

    async def _wait_for_records(
        self, source: StreamSource, shard: str, position: object, window: Window | None
    ) -> bool:
        """Park until the stream has news; True when the open window is over instead."""
        if source.finished(shard, position):
            return window is not None
        if window is None:
            await self.wait(source, None)
            return False
        left = window.end - self._ground.clock.now()
        return left <= 0 or not await self.wait(source, left)

    def _window_of(self, record: StreamRecord) -> Window | None:
        """The tumbling window that a record opens."""
        seconds = self.settings.tumbling
        return Window.around(record.arrival, seconds, record.cause) if seconds else None

    def _wanted(self, record: StreamRecord, lane: int) -> bool:
        mine = lane_of(record.key, self.settings.lanes) == lane
        return mine and self._consumer.filter.accepts(stream_record(record, self._consumer.source_arn))

    async def wait(self, source: StreamSource | None, seconds: float | None, kind: TimerKind = TimerKind.OWED) -> bool:
        """Park until the stream has news or the poller is stopped (True), or time is over (False)."""
        gate = Waiters()

        def forward() -> bool:
            return gate.wake_one()

        if source is not None:
            source.waiters.add(forward)
        self._gates.add(gate)
        try:
            return await self._ground.clock.wait(gate, seconds, kind, f"stream of {self._consumer.name}")
        finally:
            self._gates.discard(gate)
            if source is not None:
                source.waiters.discard(forward)
