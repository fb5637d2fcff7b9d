"""One batch on its way through a pipe: enrichment, then target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.core import jsontext
from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.timestamps import iso_milliseconds
from emulator.patterns.input_template import UndeliverablePayload
from emulator.patterns.payload_path import MISSING
from emulator.services.pipes.pipe import Pipe
from emulator.services.pipes.record import Record
from emulator.services.pipes.targets import (
    WHOLE,
    StepFailedError,
    answer_of,
    failures_in,
    is_synchronous,
    parameters_of,
)

_NOTHING: tuple[Any, ...] = ("", {}, [], None)
"""Answers of an enrichment after which the target is not called (AWS docs, "event enrichment")."""


class Passage:
    """``cause`` is the batch's line in the journal."""

    def __init__(self, ground: Ground, pipe: Pipe, cause: Cause) -> None:
        self._ground = ground
        self._pipe = pipe
        self._cause = cause

    async def run(self, records: Sequence[Record]) -> list[Any]:
        """``batchItemFailures``: what is to be handled again.  Raises StepFailedError when that is all of it."""
        if not self._pipe.enrichment:
            return await self._send(records)
        answer = await self._enrich(records)
        if answer in _NOTHING:
            return []
        if isinstance(answer, list):
            return await self._send([Record(value) for value in answer])
        return await self._send([Record(answer)], many=False)

    async def _enrich(self, records: Sequence[Record]) -> Any:
        text = self._array(records, "EnrichmentParameters")
        answer = await self._ask(self._pipe.enrichment, text)
        try:
            return jsontext.parse(answer)
        except ValueError:
            raise StepFailedError("INVALID_JSON", "The enrichment's answer is not JSON.") from None

    async def _send(self, records: Sequence[Record], many: bool = True) -> list[Any]:
        """``many`` is False when an enrichment answered one value: a function gets that, not an array of it."""
        pipe = self._pipe
        if Arn.parse(pipe.target).service not in WHOLE:
            return await self._send_singly(records)
        shape = self._array if many else self._first
        text = shape(records, "TargetParameters")
        if is_synchronous(pipe):
            return failures_in(await self._ask(pipe.target, text))
        done = await self._ground.courier.deliver(pipe.target, text, pipe.arn, self._cause)
        if not done.ok:
            raise StepFailedError(done.code, done.message)
        return []

    async def _send_singly(self, records: Sequence[Record]) -> list[Any]:
        """All of them, whatever becomes of one; only those of the source itself can fail alone."""
        failed: list[Any] = []
        error: StepFailedError | None = None
        for record in records:
            try:
                await self._send_one(record)
            except StepFailedError as failure:
                error = failure
                failed.append({"itemIdentifier": record.identifier})
        if error is not None and (len(failed) == len(records) or records[0].identifier is None):
            raise error
        return failed

    async def _send_one(self, record: Record) -> None:
        pipe = self._pipe
        text, parameters = self._text(record, "TargetParameters"), parameters_of(pipe, record)
        done = await self._ground.courier.deliver(pipe.target, text, pipe.arn, self._cause, parameters)
        if not done.ok:
            raise StepFailedError(done.code, done.message)

    async def _ask(self, arn: str, text: str) -> str:
        """The JSON text that a function or an Express state machine answers."""
        parameters = {"InvocationType": "RequestResponse"}
        return answer_of(await self._ground.courier.deliver(arn, text, self._pipe.arn, self._cause, parameters))

    def _array(self, records: Sequence[Record], block: str) -> str:
        return "[" + ",".join(self._text(record, block) for record in records) + "]"

    def _first(self, records: Sequence[Record], block: str) -> str:
        return self._text(records[0], block)

    def _text(self, record: Record, block: str) -> str:
        try:
            return record.text(self._pipe.parameters(block).get("InputTemplate"), self._reserved)
        except UndeliverablePayload as error:
            raise StepFailedError("INVALID_JSON", str(error)) from None

    def _reserved(self, name: str) -> Any:
        pipe = self._pipe
        known = {
            "aws.pipes.pipe-arn": pipe.arn,
            "aws.pipes.pipe-name": pipe.name,
            "aws.pipes.source-arn": pipe.source,
            "aws.pipes.enrichment-arn": pipe.enrichment,
            "aws.pipes.target-arn": pipe.target,
            "aws.pipes.event.ingestion-time": iso_milliseconds(self._ground.clock.now()),
        }
        return known.get(name, MISSING)
