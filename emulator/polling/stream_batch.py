"""One batch of a stream, from its first handing over to the checkpoint behind its last record."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.core.cause import Cause
from emulator.core.courier import StreamRecord
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.polling.batching import throttle_wait
from emulator.polling.consumer import AGE_EXCEEDED, RETRIES_EXHAUSTED, Answer, Discarded, StreamConsumer, Work
from emulator.polling.stream_decisions import GiveUp, Retry, Split, after_failure, first_failed
from emulator.polling.stream_record import stream_record
from emulator.polling.stream_window import Window, answered_state

if TYPE_CHECKING:
    from emulator.polling.stream_poller import StreamPoller

log = logging.getLogger("emulator.polling")


@dataclass(slots=True)
class Part:
    """Records that are handled together; halves inherit what their whole has been through."""

    records: list[StreamRecord]
    retries: int = 0
    attempts: int = 0
    last: Answer | None = None
    final: bool = False
    """Ends its tumbling window; may have no records."""


class StreamBatch:
    """Handles the records of one batch in order."""

    def __init__(
        self,
        ground: Ground,
        consumer: StreamConsumer,
        poller: StreamPoller,
        shard: str,
        lane: int,
        window: Window | None = None,
    ) -> None:
        self._ground = ground
        self._consumer = consumer
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
        answer = await self._hand_over(part)
        if answer is None:
            return None
        failed = self._first_failed(part, answer)
        self._consumer.progress.last_result = "OK" if failed is None else "PROBLEM: Function call failed"
        if failed is None:
            self._checkpoint(part.records)
            return []
        return await self._failed(part, failed)

    def _first_failed(self, part: Part, answer: Answer) -> int | None:
        """The first record to be handled again; in a tumbling window the answer must bring the next state, too."""
        identifiers = [self._consumer.identifier(record) for record in part.records]
        reporting = self._consumer.settings.report_failures
        failed = first_failed(answer.payload, answer.error, reporting, identifiers)
        if self._window is None:
            return failed
        state = None if answer.error is not None else answered_state(answer.payload)
        if state is None:
            return 0
        self._window.state = state
        return failed

    async def _failed(self, part: Part, failed: int) -> list[Part] | None:
        if failed:
            self._checkpoint(part.records[:failed])
            part.records = part.records[failed:]
        decision = after_failure(self._consumer.settings, len(part.records), part.retries, partial=failed > 0)
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
        source = self._ground.courier.stream(self._consumer.source_arn)
        if source is not None and done:
            self._consumer.progress.checkpoints[self._shard, self._lane] = source.after(self._shard, done[-1].sequence)

    async def _pause(self, seconds: float) -> bool:
        """False when the poller was stopped meanwhile."""
        if not self._poller.stopped:
            await self._poller.wait(None, seconds)
        return not self._poller.stopped

    async def _hand_over(self, part: Part) -> Answer | None:
        """One attempt; what was not even begun is waited for and counts as none."""
        wait = 0.0
        while True:
            try:
                answer = await self._consumer.handle(self._work(part))
            except AwsError as error:
                log.warning("batch for %s waits: %s", self._consumer.arn, error)
            else:
                part.attempts += 1
                part.last = answer
                self._cause = answer.hop.cause
                return answer
            wait = throttle_wait(wait)
            if not await self._pause(wait):
                return None

    def _work(self, part: Part) -> Work:
        window, arn = self._window, self._consumer.source_arn
        records = [stream_record(record, arn) for record in part.records]
        cause, attempt = self._entered(part), part.attempts + 1
        if window is None:
            return Work(records, cause, attempt)
        early = part.final and window.too_large
        members = window.members(self._shard, arn, final=part.final, early=early)
        return Work(records, cause, attempt, window=members)

    def _entered(self, part: Part) -> Cause:
        """The batch's line in the trace of its first record."""
        if self._cause is None:
            cause = self._window.cause if self._window is not None and not part.records else part.records[0].cause
            hop = self._ground.journal.note(
                *("stream", self._consumer.source_arn, self._consumer.arn, cause),
                shard=self._shard,
                records=len(part.records),
            )
            self._cause = hop.cause
        return self._cause

    def _note_retry(self, part: Part, decision: Retry) -> None:
        arns = self._consumer.source_arn, self._consumer.arn
        self._ground.journal.note(
            "retry", *arns, self._cause, "ok", part.attempts + 1, wait=decision.seconds, records=len(part.records)
        )

    # What is given up

    async def _discard_old(self, part: Part) -> None:
        limit = self._consumer.settings.max_age
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
        log.warning("%s discards %d records of %s: %s", self._consumer.arn, len(records), self._shard, condition)
        if records:
            discarded = Discarded(self._shard, condition, part.attempts, records, part.last)
            await self._consumer.discard(discarded, self._cause or records[0].cause)
