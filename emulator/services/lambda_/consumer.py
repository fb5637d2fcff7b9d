"""What an event source mapping does with the batches that its poller reads: it invokes its function."""

from __future__ import annotations

import logging

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.courier import StreamRecord
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.patterns.event_filter import EventFilter
from emulator.polling.consumer import Answer, Discarded, Progress, Work
from emulator.polling.settings import QueueSettings, StreamSettings
from emulator.services.lambda_ import errors
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.invocation import Job, run
from emulator.services.lambda_.mapping import EventSourceMapping
from emulator.services.lambda_.records import key_of_object
from emulator.services.lambda_.store import LambdaStore, store_of
from emulator.services.lambda_.stream_records import discard_record

log = logging.getLogger("emulator.lambda")


class FunctionConsumer:
    """One mapping as its poller sees it; a change of the mapping counts from the next batch on."""

    def __init__(self, ground: Ground, mapping: EventSourceMapping) -> None:
        self._ground = ground
        self._mapping = mapping
        self.source_arn = mapping.source_arn

    @property
    def name(self) -> str:
        return self._mapping.function_name

    @property
    def arn(self) -> str:
        return self._mapping.function_arn

    @property
    def filter(self) -> EventFilter:
        return self._mapping.filter

    @property
    def settings(self) -> QueueSettings:
        return self._mapping.settings

    @property
    def longest(self) -> float:
        function = self._function()
        return float(function.latest.config["Timeout"]) if function is not None else 0.0

    async def handle(self, work: Work) -> Answer:
        """Invoke the function with the records."""
        function, mapping = self._function(), self._mapping
        if function is None:
            raise errors.function_not_found(mapping.function_arn)
        request_id = self._ground.ids.uuid()
        payload = compact({"Records": list(work.records), **work.window}).encode()
        job = Job(function, mapping.qualifier, payload, request_id, self.source_arn, work.cause, work.attempt)
        done = await run(self._ground, job, type="mapping", mapping=mapping.uuid, **work.facts)
        error, version = done.function_error, done.executed_version
        return Answer(done.outcome.payload, error, done.invoke_hop, done.hop, request_id, version)

    def _function(self) -> Function | None:
        return self._store().functions.get(self._mapping.function_name)

    def _store(self) -> LambdaStore:
        return store_of(self._ground, self._mapping.account, self._mapping.region)


class StreamFunctionConsumer(FunctionConsumer):
    """The same for a mapping of a stream."""

    @property
    def settings(self) -> StreamSettings:
        assert isinstance(self._mapping.settings, StreamSettings)
        return self._mapping.settings

    @property
    def progress(self) -> Progress:
        return self._mapping.progress

    def identifier(self, record: StreamRecord) -> str:
        return record.sequence

    async def discard(self, discarded: Discarded, cause: Cause) -> None:
        """Send a record to the on-failure destination, if there is one; when that fails, it is logged and counted."""
        mapping, target = self._mapping, self.settings.on_failure
        if not target:
            return
        to_bucket = Arn.parse(target).service == "s3"
        function_arn = mapping.function_arn.removesuffix(f":{mapping.qualifier}" if mapping.qualifier else "")
        now, request_id = self._ground.clock.now(), self._ground.ids.uuid()
        text = discard_record(function_arn, mapping.source_arn, discarded, now, request_id, with_payload=to_bucket)
        parameters = {}
        if to_bucket:  # recorded from AWS
            folder = f"{mapping.uuid}/{discarded.shard}"
            parameters["Key"] = key_of_object(folder, now, self._ground.ids.uuid())
        delivery = await self._ground.courier.deliver(
            target, text, function_arn, cause, parameters, discarded.attempts, kind="record"
        )
        if not delivery.ok:
            self._store().destination_delivery_failures += 1
            log.warning("record of %s was lost on its way to %s: %s", function_arn, target, delivery.message)
