"""What a pipe does with the batches that its poller reads."""

from __future__ import annotations

import logging
from typing import Any

from emulator.core.cause import Cause
from emulator.core.courier import StreamRecord
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.core.patience import within
from emulator.core.timestamps import iso_milliseconds
from emulator.patterns.event_filter import EventFilter
from emulator.polling.batch_info import batch_info
from emulator.polling.consumer import Answer, Discarded, Progress, Work
from emulator.polling.settings import QueueSettings, StreamSettings
from emulator.services.pipes.passage import Passage
from emulator.services.pipes.pipe import Pipe
from emulator.services.pipes.record import Record
from emulator.services.pipes.targets import StepFailedError

log = logging.getLogger("emulator.pipes")

LONGEST = 300.0
"""Seconds that one passage may take (AWS docs, quotas of EventBridge Pipes)."""


class PipeConsumer:
    """A pipe that reads a queue; a change of the pipe counts from the next batch on."""

    identified_by = "messageId"

    def __init__(self, ground: Ground, pipe: Pipe) -> None:
        self._ground = ground
        self._pipe = pipe
        self.name = f"pipe {pipe.name}"
        self.arn = pipe.arn
        self.source_arn = pipe.source

    @property
    def filter(self) -> EventFilter:
        return self._pipe.filter

    @property
    def settings(self) -> QueueSettings:
        return self._pipe.settings

    @property
    def longest(self) -> float:
        return LONGEST

    async def handle(self, work: Work) -> Answer:
        """Enrichment and target."""
        journal = self._ground.journal
        hop = journal.begin(
            "pipe", self.source_arn, self.arn, work.cause, work.attempt, compact(list(work.records)), **work.facts
        )
        records = [Record(record, record[self.identified_by]) for record in work.records]
        try:
            failures = await self._pass(records, hop.cause)
        except StepFailedError as error:
            journal.end(hop, error.code, error=error.message)
            return Answer(b"null", error.code, hop, hop)
        journal.end(hop, "returned" if failures else "ok")
        return Answer(compact({"batchItemFailures": failures}).encode(), None, hop, hop)

    async def _pass(self, records: list[Record], cause: Cause) -> list[Any]:
        async def passage() -> list[Any] | StepFailedError:
            try:
                return await Passage(self._ground, self._pipe, cause).run(records)
            except StepFailedError as error:
                return error

        done = await within(self._ground.clock, LONGEST, passage, f"passage through {self.name}")
        if done is None:
            raise StepFailedError("TIMEOUT", f"The passage took longer than {LONGEST:.0f} seconds.")
        if isinstance(done, StepFailedError):
            raise done
        return done


class StreamPipeConsumer(PipeConsumer):
    """The same for a pipe that reads a stream."""

    identified_by = "eventID"

    @property
    def settings(self) -> StreamSettings:
        assert isinstance(self._pipe.settings, StreamSettings)
        return self._pipe.settings

    @property
    def progress(self) -> Progress:
        return self._pipe.progress

    def identifier(self, record: StreamRecord) -> str:
        return str(record.data[self.identified_by])

    async def discard(self, discarded: Discarded, cause: Cause) -> None:
        """Send a dead letter, if there is where to; its form is from memory of AWS's."""
        target = self.settings.on_failure
        if not target:
            return
        shown = {
            "context": {"partnerResourceArn": self.arn, "condition": discarded.condition},
            "version": "1.0",
            "timestamp": iso_milliseconds(self._ground.clock.now()),
        } | batch_info(discarded, self.source_arn)
        delivery = await self._ground.courier.deliver(
            target, compact(shown), self.arn, cause, attempt=discarded.attempts, kind="dead-letter"
        )
        if not delivery.ok:
            log.warning("dead letter of %s was lost on its way to %s: %s", self.arn, target, delivery.message)
