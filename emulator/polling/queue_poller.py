"""The process that reads a queue for a consumer: takes messages, hands them over in batches, deletes what is done.

It waits in the queue's list of waiters and has no timer while the queue is empty.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from typing import Any

from emulator.core.courier import QueueSource, Received
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.journal import Hop
from emulator.core.timers import TimerKind
from emulator.core.waiters import Waiters
from emulator.polling.batch_response import failed_items
from emulator.polling.batching import (
    FIRST_BATCHES,
    MAX_BATCHES,
    RECEIVE_LIMIT,
    Batch,
    Item,
    batch_limit,
    effective_visibility,
    throttle_wait,
)
from emulator.polling.consumer import Answer, QueueConsumer, Work
from emulator.polling.queue_record import queue_record

log = logging.getLogger("emulator.polling")

MISSING_QUEUE = 20.0
"""Seconds between two looks for a queue that was deleted."""


class QueuePoller:
    """Polls for one consumer until it is stopped; batches in flight then end normally."""

    def __init__(self, ground: Ground, consumer: QueueConsumer) -> None:
        self._ground = ground
        self._consumer = consumer
        self._stopped = False
        self._gate = Waiters()
        self._in_flight = 0
        self._busy_since = 0.0
        self._ready: deque[tuple[Item, float]] = deque()
        ground.clock.spawn(self._poll(), f"reading of {consumer.source_arn} for {consumer.name}")

    def stop(self) -> None:
        self._stopped = True
        self._gate.wake_all()

    # Polling

    async def _poll(self) -> None:
        while not self._stopped:
            if self._in_flight >= self._limit():
                await self._wait_for_place()
                continue
            source = self._ground.courier.source(self._consumer.source_arn)
            if source is None or not source.exists:
                await self._wait_for_queue()
                continue
            batch = await self._collect(source)
            if batch.items:
                self._start(batch)

    def _limit(self) -> int:
        busy = self._ground.clock.now() - self._busy_since if self._in_flight else 0.0
        return batch_limit(busy, self._consumer.settings.max_concurrency)

    async def _wait_for_place(self) -> None:
        """Until a batch has ended, or a minute of work allows more of them."""
        busy = self._ground.clock.now() - self._busy_since
        grows = self._limit() >= FIRST_BATCHES and self._limit() < (
            self._consumer.settings.max_concurrency or MAX_BATCHES
        )
        step = 60 - busy % 60 if grows else None
        await self._ground.clock.wait(self._gate, step, label=f"more batches for {self._consumer.name}")

    async def _wait_for_queue(self) -> None:
        log.warning("queue %s of %s does not exist", self._consumer.source_arn, self._consumer.name)
        await self._ground.clock.wait(self._gate, MISSING_QUEUE, TimerKind.STANDING, "a missing event source")

    async def _collect(self, source: QueueSource) -> Batch:
        """The next batch; empty when the queue had nothing and something has happened since."""
        settings = self._consumer.settings
        batch = Batch(settings.batch_size)
        self._fill(batch, source)
        if not batch.items:
            await self._wait_for_messages(source, None)
            return batch
        until = self._ground.clock.now() + settings.window
        while settings.window and not batch.full and not self._ready and not self._stopped:
            left = until - self._ground.clock.now()
            if left <= 0 or not await self._wait_for_messages(source, left):
                break
            self._fill(batch, source)
        return batch

    def _fill(self, batch: Batch, source: QueueSource) -> None:
        """Take messages until the batch is full or there are no more; one receive without a window."""
        while not batch.full:
            if not self._ready and not self._receive(source, batch):
                return
            while self._ready and batch.room_for(self._ready[0][0]):
                batch.add(*self._ready.popleft())
            if self._ready or not self._consumer.settings.window:
                return

    def _receive(self, source: QueueSource, batch: Batch) -> bool:
        """Receive until something passes the filters; False when the queue has nothing (more) now."""
        held = self._visibility(source) * self._scale()
        visible_at = self._ground.clock.now() + held
        while not self._ready:
            taken = source.receive(min(RECEIVE_LIMIT, batch.limit - len(batch.items)), held)
            if not taken:
                return False
            for received in taken:
                self._sort(source, received, visible_at)
        return True

    def _sort(self, source: QueueSource, received: Received, visible_at: float) -> None:
        """Keep a message, or delete it if the filters reject it (AWS docs)."""
        consumer = self._consumer
        record = queue_record(received.message, consumer.source_arn, consumer.settings.window)
        item = Item.of(received, record)
        if consumer.filter.accepts(record):
            self._ready.append((item, visible_at))
        else:
            self._note_handled(item, "filtered")
            self._delete(source, item)

    def _visibility(self, source: QueueSource) -> float:
        timeout, window = source.visibility_timeout, self._consumer.settings.window
        seconds = effective_visibility(timeout, window, self._consumer.longest)
        return timeout if seconds is None else seconds

    def _scale(self) -> float:
        """Handlers compute in real time: on a scaled clock their messages are held as much longer, or a handler of one
        second would lose its messages to a visibility timeout of thirty."""
        return max(1.0, self._ground.clock.rate)

    async def _wait_for_messages(self, source: QueueSource, seconds: float | None) -> bool:
        """Park until the queue has news (True), the poller is stopped, or time is over (False)."""

        def forward() -> bool:
            return self._gate.wake_one()

        source.waiters.add(forward)
        try:
            label = f"batching window of {self._consumer.name}"
            return await self._ground.clock.wait(self._gate, seconds, label=label)
        finally:
            source.waiters.discard(forward)

    # Batches

    def _start(self, batch: Batch) -> None:
        if not self._in_flight:
            self._busy_since = self._ground.clock.now()
        self._in_flight += 1
        self._ground.clock.spawn(self._process(batch), f"batch for {self._consumer.name}")

    async def _process(self, batch: Batch) -> None:
        """One batch: hand it over, then delete what was handled.  The rest returns when its visibility timeout ends."""
        others = self._begin_other_traces(batch)
        try:
            answer = await self._hand_over(batch)
            failed = self._failed(batch, answer)
            self._settle(batch, failed)
            self._end_other_traces(others, failed, answer)
            if failed:
                self._note_returned(batch, failed, answer)
        finally:
            self._in_flight -= 1
            self._gate.wake_all()

    async def _hand_over(self, batch: Batch) -> Answer | None:
        """What came of it, or None when the batch goes back: refused, or throttled until the messages are visible."""
        wait = 0.0
        while True:
            try:
                return await self._consumer.handle(self._work(batch))
            except AwsError as error:
                wait = throttle_wait(wait)
                if error.code != "TooManyRequestsException":
                    log.warning("batch for %s failed: %s", self._consumer.arn, error)
                    return None
                if self._ground.clock.now() + wait >= batch.visible_at:
                    return None
                self._note_throttled(batch, wait)
            await self._ground.clock.sleep(wait, label=f"throttled batch for {self._consumer.name}")

    def _work(self, batch: Batch) -> Work:
        traces = list(dict.fromkeys(item.received.cause.trace for item in batch.items))
        facts = {"messages": [item.id for item in batch.items]} | ({"traces": traces} if len(traces) > 1 else {})
        return Work([item.record for item in batch.items], batch.items[0].received.cause, facts=facts)

    def _failed(self, batch: Batch, answer: Answer | None) -> set[str]:
        identifiers = [item.id for item in batch.items]
        if answer is None:
            return set(identifiers)
        return failed_items(answer.payload, answer.error, self._consumer.settings.report_failures, identifiers)

    def _settle(self, batch: Batch, failed: set[str]) -> None:
        source = self._ground.courier.source(self._consumer.source_arn)
        if source is None:
            return
        for item in batch.items:
            if item.id not in failed:
                self._delete(source, item)
        if failed and self._scale() > 1:
            self._give_back(source, batch, failed)

    def _give_back(self, source: QueueSource, batch: Batch, failed: set[str]) -> None:
        """Return to the queue's own timeout: what the handler has used of it counts in real seconds."""
        seconds, now = self._visibility(source), self._ground.clock.now()
        left = max(0.0, (batch.visible_at - now) / self._scale())
        batch.visible_at = now + min(seconds, left)
        for item in batch.items:
            if item.id in failed:
                source.change_visibility(item.record["receiptHandle"], batch.visible_at - now)

    def _delete(self, source: QueueSource, item: Item) -> None:
        try:
            source.delete(item.record["receiptHandle"])
        except AwsError as error:  # a FIFO queue refuses a handle whose visibility timeout is over
            log.warning("message %s of %s was handled but not deleted: %s", item.id, self._consumer.source_arn, error)

    # Journal

    def _begin_other_traces(self, batch: Batch) -> list[tuple[Item, Hop]]:
        """The handling is in the first message's trace; the others' traces say where it is."""
        first = batch.items[0].received.cause.trace
        return [
            (item, self._begin_handled(item, invoked_in=first))
            for item in batch.items
            if item.received.cause.trace != first
        ]

    def _begin_handled(self, item: Item, **detail: Any) -> Hop:
        consumer = self._consumer
        return self._ground.journal.begin(
            "receive", consumer.source_arn, consumer.arn, item.received.cause, message_id=item.id, **detail
        )

    def _note_handled(self, item: Item, outcome: str) -> None:
        self._ground.journal.end(self._begin_handled(item), outcome)

    def _end_other_traces(self, others: Sequence[tuple[Item, Hop]], failed: set[str], answer: Answer | None) -> None:
        facts = {} if answer is None else {"invoke": answer.entry.id}
        for item, hop in others:
            self._ground.journal.end(hop, "returned" if item.id in failed else "ok", **facts)

    def _note_returned(self, batch: Batch, failed: set[str], answer: Answer | None) -> None:
        consumer = self._consumer
        cause = answer.hop.cause if answer is not None else batch.items[0].received.cause
        messages = [item.id for item in batch.items if item.id in failed]
        left = max(0.0, round(batch.visible_at - self._ground.clock.now(), 3))
        self._ground.journal.note(
            "retry", consumer.arn, consumer.source_arn, cause, "returned", messages=messages, wait=left
        )

    def _note_throttled(self, batch: Batch, wait: float) -> None:
        consumer = self._consumer
        self._ground.journal.note(
            *("retry", consumer.source_arn, consumer.arn, batch.items[0].received.cause, "throttled"),
            wait=wait,
        )
