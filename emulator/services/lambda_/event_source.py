"""The process behind an event source mapping: takes messages from a queue, invokes the function, deletes.

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
from emulator.services.lambda_ import sqs_event
from emulator.services.lambda_.batch_response import failed_items
from emulator.services.lambda_.batching import (
    FIRST_BATCHES,
    MAX_BATCHES,
    RECEIVE_LIMIT,
    Batch,
    Item,
    batch_limit,
    effective_visibility,
    throttle_wait,
)
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.invocation import Job, Run, run
from emulator.services.lambda_.mapping import EventSourceMapping
from emulator.services.lambda_.store import store_of

log = logging.getLogger("emulator.lambda")

MISSING_QUEUE = 20.0
"""Seconds between two looks for a queue that was deleted."""


class Poller:
    """Polls for one mapping until it is stopped; batches in flight then end normally."""

    def __init__(self, ground: Ground, mapping: EventSourceMapping) -> None:
        self._ground = ground
        self._mapping = mapping
        self._stopped = False
        self._gate = Waiters()
        self._in_flight = 0
        self._busy_since = 0.0
        self._ready: deque[tuple[Item, float]] = deque()
        ground.clock.spawn(self._poll(), f"mapping of {mapping.source_arn} to {mapping.function_name}")

    def stop(self) -> None:
        self._stopped = True
        self._gate.wake_all()

    # Polling

    async def _poll(self) -> None:
        while not self._stopped:
            if self._in_flight >= self._limit():
                await self._wait_for_place()
                continue
            source = self._ground.courier.source(self._mapping.source_arn)
            if source is None or not source.exists:
                await self._wait_for_queue()
                continue
            batch = await self._collect(source)
            if batch.items:
                self._start(batch)

    def _limit(self) -> int:
        busy = self._ground.clock.now() - self._busy_since if self._in_flight else 0.0
        return batch_limit(busy, self._mapping.settings.max_concurrency)

    async def _wait_for_place(self) -> None:
        """Until a batch has ended, or a minute of work allows more of them."""
        busy = self._ground.clock.now() - self._busy_since
        grows = self._limit() >= FIRST_BATCHES and self._limit() < (
            self._mapping.settings.max_concurrency or MAX_BATCHES
        )
        step = 60 - busy % 60 if grows else None
        await self._ground.clock.wait(self._gate, step, label=f"more batches for {self._mapping.function_name}")

    async def _wait_for_queue(self) -> None:
        log.warning(
            "event source %s of function %s does not exist", self._mapping.source_arn, self._mapping.function_name
        )
        await self._ground.clock.wait(self._gate, MISSING_QUEUE, TimerKind.STANDING, "a missing event source")

    async def _collect(self, source: QueueSource) -> Batch:
        """The next batch; empty when the queue had nothing and something has happened since."""
        settings = self._mapping.settings
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
            if self._ready or not self._mapping.settings.window:
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
        mapping = self._mapping
        record = sqs_event.record(received.message, mapping.source_arn, mapping.region, mapping.settings.window)
        item = Item.of(received, record)
        if mapping.filter.accepts(record):
            self._ready.append((item, visible_at))
        else:
            self._note_handled(item, "filtered")
            self._delete(source, item)

    def _visibility(self, source: QueueSource) -> float:
        timeout, window = source.visibility_timeout, self._mapping.settings.window
        seconds = effective_visibility(timeout, window, self._function_timeout())
        return timeout if seconds is None else seconds

    def _scale(self) -> float:
        """Handlers compute in real time: on a scaled clock their messages are held as much longer, or a handler of one
        second would lose its messages to a visibility timeout of thirty."""
        return max(1.0, self._ground.clock.rate)

    def _function_timeout(self) -> float:
        function = self._function()
        return float(function.latest.config["Timeout"]) if function is not None else 0.0

    def _function(self) -> Function | None:
        mapping = self._mapping
        return store_of(self._ground, mapping.account, mapping.region).functions.get(mapping.function_name)

    async def _wait_for_messages(self, source: QueueSource, seconds: float | None) -> bool:
        """Park until the queue has news (True), the poller is stopped, or time is over (False)."""

        def forward() -> bool:
            return self._gate.wake_one()

        source.waiters.add(forward)
        try:
            label = f"batching window of {self._mapping.function_name}"
            return await self._ground.clock.wait(self._gate, seconds, label=label)
        finally:
            source.waiters.discard(forward)

    # Batches

    def _start(self, batch: Batch) -> None:
        if not self._in_flight:
            self._busy_since = self._ground.clock.now()
        self._in_flight += 1
        self._ground.clock.spawn(self._process(batch), f"batch for {self._mapping.function_name}")

    async def _process(self, batch: Batch) -> None:
        """One batch: invoke, then delete what was handled.  The rest returns when its visibility timeout ends."""
        others = self._begin_other_traces(batch)
        try:
            result = await self._invoke(batch)
            failed = self._failed(batch, result)
            self._settle(batch, failed)
            self._end_other_traces(others, failed, result)
            if failed:
                self._note_returned(batch, failed, result)
        finally:
            self._in_flight -= 1
            self._gate.wake_all()

    async def _invoke(self, batch: Batch) -> Run | None:
        """The run, or None when the batch goes back: function gone, or throttled until the messages are visible."""
        wait = 0.0
        while True:
            function = self._function()
            if function is None:
                return None
            try:
                return await run(self._ground, self._job(function, batch), **self._detail(batch))
            except AwsError as error:
                wait = throttle_wait(wait)
                if error.code != "TooManyRequestsException":
                    log.warning("batch for %s failed: %s", self._mapping.function_arn, error)
                    return None
                if self._ground.clock.now() + wait >= batch.visible_at:
                    return None
                self._note_throttled(batch, wait)
            await self._ground.clock.sleep(wait, label=f"throttled batch for {function.name}")

    def _job(self, function: Function, batch: Batch) -> Job:
        payload = sqs_event.event([item.record for item in batch.items])
        first = batch.items[0].received
        request_id = self._ground.ids.uuid()
        return Job(function, self._mapping.qualifier, payload, request_id, self._mapping.source_arn, first.cause)

    def _detail(self, batch: Batch) -> dict[str, Any]:
        traces = list(dict.fromkeys(item.received.cause.trace for item in batch.items))
        facts = {"type": "mapping", "mapping": self._mapping.uuid, "messages": [item.id for item in batch.items]}
        return facts | ({"traces": traces} if len(traces) > 1 else {})

    def _failed(self, batch: Batch, result: Run | None) -> set[str]:
        identifiers = [item.id for item in batch.items]
        if result is None:
            return set(identifiers)
        reporting = self._mapping.settings.report_failures
        return failed_items(result.outcome.payload, result.function_error, reporting, identifiers)

    def _settle(self, batch: Batch, failed: set[str]) -> None:
        source = self._ground.courier.source(self._mapping.source_arn)
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
            log.warning("message %s of %s was handled but not deleted: %s", item.id, self._mapping.source_arn, error)

    # Journal

    def _begin_other_traces(self, batch: Batch) -> list[tuple[Item, Hop]]:
        """The invocation is in the first message's trace; the others' traces say where it is."""
        first = batch.items[0].received.cause.trace
        return [
            (item, self._begin_handled(item, invoked_in=first))
            for item in batch.items
            if item.received.cause.trace != first
        ]

    def _begin_handled(self, item: Item, **detail: Any) -> Hop:
        mapping = self._mapping
        return self._ground.journal.begin(
            "receive", mapping.source_arn, mapping.function_arn, item.received.cause, message_id=item.id, **detail
        )

    def _note_handled(self, item: Item, outcome: str) -> None:
        self._ground.journal.end(self._begin_handled(item), outcome)

    def _end_other_traces(self, others: Sequence[tuple[Item, Hop]], failed: set[str], result: Run | None) -> None:
        facts = {} if result is None else {"invoke": result.invoke_hop.id}
        for item, hop in others:
            self._ground.journal.end(hop, "returned" if item.id in failed else "ok", **facts)

    def _note_returned(self, batch: Batch, failed: set[str], result: Run | None) -> None:
        mapping = self._mapping
        cause = result.hop.cause if result is not None else batch.items[0].received.cause
        messages = [item.id for item in batch.items if item.id in failed]
        left = max(0.0, round(batch.visible_at - self._ground.clock.now(), 3))
        self._ground.journal.note(
            "retry", mapping.function_arn, mapping.source_arn, cause, "returned", messages=messages, wait=left
        )

    def _note_throttled(self, batch: Batch, wait: float) -> None:
        mapping = self._mapping
        self._ground.journal.note(
            *("retry", mapping.source_arn, mapping.function_arn, batch.items[0].received.cause, "throttled"),
            wait=wait,
        )
