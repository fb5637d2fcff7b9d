"""One batch of a stream, from its first invocation to the checkpoint behind its last record."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.courier import StreamRecord
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.services.lambda_ import stream_event
from emulator.services.lambda_.batching import throttle_wait
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.invocation import Job, Run, run
from emulator.services.lambda_.mapping import EventSourceMapping
from emulator.services.lambda_.records import key_of_object
from emulator.services.lambda_.store import store_of
from emulator.services.lambda_.stream_decisions import GiveUp, Retry, Split, after_failure, first_failed
from emulator.services.lambda_.stream_records import (
    AGE_EXCEEDED,
    RETRIES_EXHAUSTED,
    Discarded,
    LastTry,
    discard_record,
)
from emulator.services.lambda_.stream_window import Window, answered_state

if TYPE_CHECKING:
    from emulator.services.lambda_.stream_source import StreamPoller

log = logging.getLogger("emulator.lambda")


@dataclass(slots=True)
class Part:
    """Records that are handled together; halves inherit what their whole has been through."""

    records: list[StreamRecord]
    retries: int = 0
    attempts: int = 0
    last: LastTry | None = None
    final: bool = False
    """Ends its tumbling window; may have no records."""


class StreamBatch:
    """Handles the records of one batch in order."""

    def __init__(
        self,
        ground: Ground,
        mapping: EventSourceMapping,
        poller: StreamPoller,
        shard: str,
        lane: int,
        window: Window | None = None,
    ) -> None:
        self._ground = ground
        self._mapping = mapping
        self._poller = poller
        self._shard = shard
        self._lane = lane
        self._window = window
        self._cause: Cause | None = None

    async def handle(self, records: list[StreamRecord], final: bool = False) -> bool:
        """True when all records are done or discarded, False when the poller was stopped before."""
        parts = deque([Part(records, final=final)])
        while parts:
            rest = await self._handle(parts.popleft())
            if rest is None:
                return False
            parts.extendleft(reversed(rest))
        return True

    async def _handle(self, part: Part) -> list[Part] | None:
        """What is left of a part after one look at it; None when the poller was stopped."""
        await self._discard_old(part)
        if not part.records and not part.final:
            return []
        result = await self._invoke(part)
        if result is None:
            return None
        failed = self._first_failed(part, result)
        self._mapping.last_result = "OK" if failed is None else "PROBLEM: Function call failed"
        if failed is None:
            self._checkpoint(part.records)
            return []
        return await self._failed(part, failed)

    def _first_failed(self, part: Part, result: Run) -> int | None:
        """The first record to be handled again; in a tumbling window the answer must bring the next state, too."""
        sequences = [record.sequence for record in part.records]
        reporting = self._poller.settings.report_failures
        failed = first_failed(result.outcome.payload, result.function_error, reporting, sequences)
        if self._window is None:
            return failed
        state = None if result.failed else answered_state(result.outcome.payload)
        if state is None:
            return 0
        self._window.state = state
        return failed

    async def _failed(self, part: Part, failed: int) -> list[Part] | None:
        if failed:
            self._checkpoint(part.records[:failed])
            part.records = part.records[failed:]
        decision = after_failure(self._poller.settings, len(part.records), part.retries, partial=failed > 0)
        if isinstance(decision, GiveUp):
            await self._discard(part.records, RETRIES_EXHAUSTED, part)
            self._checkpoint(part.records)
            return []
        if isinstance(decision, Split):
            halves = (part.records[: decision.at], part.records[decision.at :])
            parts = [Part(half, part.retries, part.attempts, part.last) for half in halves if half]
            parts[-1].final = part.final
            return parts
        part.retries += 1
        self._note_retry(part, decision)
        return [part] if await self._pause(decision.seconds) else None

    def _checkpoint(self, done: list[StreamRecord]) -> None:
        source = self._ground.courier.stream(self._mapping.source_arn)
        if source is not None and done:
            self._mapping.checkpoints[self._shard, self._lane] = source.after(self._shard, done[-1].sequence)

    async def _pause(self, seconds: float) -> bool:
        """False when the poller was stopped meanwhile."""
        if not self._poller.stopped:
            await self._poller.wait(None, seconds)
        return not self._poller.stopped

    async def _invoke(self, part: Part) -> Run | None:
        """One invocation; throttling and a missing function are waited for and count as no attempt."""
        wait = 0.0
        while True:
            function = self._function()
            if function is not None:
                request_id = self._ground.ids.uuid()
                payload = self._event(part)
                qualifier, source = self._mapping.qualifier, self._mapping.source_arn
                job = Job(function, qualifier, payload, request_id, source, self._entered(part), part.attempts + 1)
                try:
                    result = await run(self._ground, job, type="mapping", mapping=self._mapping.uuid)
                except AwsError as error:
                    log.warning("batch for %s waits: %s", self._mapping.function_arn, error)
                else:
                    part.attempts += 1
                    part.last = LastTry(request_id, result.executed_version, result.function_error)
                    self._cause = result.hop.cause
                    return result
            wait = throttle_wait(wait)
            if not await self._pause(wait):
                return None

    def _event(self, part: Part) -> bytes:
        window, arn = self._window, self._mapping.source_arn
        if window is None:
            return stream_event.event(part.records, arn)
        early = part.final and window.too_large
        return stream_event.event(part.records, arn, window.members(self._shard, arn, final=part.final, early=early))

    def _function(self) -> Function | None:
        mapping = self._mapping
        return store_of(self._ground, mapping.account, mapping.region).functions.get(mapping.function_name)

    def _entered(self, part: Part) -> Cause:
        """The batch's line in the trace of its first record."""
        if self._cause is None:
            cause = self._window.cause if self._window is not None and not part.records else part.records[0].cause
            hop = self._ground.journal.note(
                *("stream", self._mapping.source_arn, self._mapping.function_arn, cause),
                shard=self._shard,
                records=len(part.records),
            )
            self._cause = hop.cause
        return self._cause

    def _note_retry(self, part: Part, decision: Retry) -> None:
        arns = self._mapping.source_arn, self._mapping.function_arn
        self._ground.journal.note(
            "retry", *arns, self._cause, "ok", part.attempts + 1, wait=decision.seconds, records=len(part.records)
        )

    # What is given up

    async def _discard_old(self, part: Part) -> None:
        limit = self._poller.settings.max_age
        if limit == -1:
            return
        now = self._ground.clock.now()
        old = [record for record in part.records if now - record.arrival > limit]
        if not old:
            return
        await self._discard(old, AGE_EXCEEDED, part)
        self._checkpoint(old)
        part.records = [record for record in part.records if now - record.arrival <= limit]

    async def _discard(self, records: list[StreamRecord], condition: str, part: Part) -> None:
        """Tell the on-failure destination, if there is one; a delivery that fails is logged and has no other effect."""
        mapping, target = self._mapping, self._poller.settings.on_failure
        function_arn = mapping.function_arn.removesuffix(f":{mapping.qualifier}" if mapping.qualifier else "")
        now, request_id = self._ground.clock.now(), self._ground.ids.uuid()
        batch = Discarded(
            *(function_arn, mapping.source_arn, self._shard, condition, part.attempts, records),
            *(request_id, part.last, now),
        )
        log.warning("%s discards %d records of %s: %s", function_arn, len(records), self._shard, condition)
        if target and records:
            await self._tell(target, batch, self._cause or records[0].cause)

    async def _tell(self, target: str, batch: Discarded, cause: Cause) -> None:
        mapping, to_bucket = self._mapping, Arn.parse(target).service == "s3"
        text, parameters = discard_record(batch, with_payload=to_bucket), {}
        if to_bucket:  # recorded from AWS
            folder = f"{mapping.uuid}/{batch.shard}"
            parameters["Key"] = key_of_object(folder, batch.at, self._ground.ids.uuid())
        delivery = await self._ground.courier.deliver(
            target, text, batch.function_arn, cause, parameters, batch.attempts, kind="record"
        )
        if not delivery.ok:
            store_of(self._ground, mapping.account, mapping.region).destination_delivery_failures += 1
            log.warning("record of %s was lost on its way to %s: %s", batch.function_arn, target, delivery.message)
