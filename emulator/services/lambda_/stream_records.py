"""Records of discarded batches: what the on-failure destination of a stream's mapping receives.

AWS docs, "Retain discarded records for a DynamoDB event source in Lambda"; key order recorded from AWS, it differs from
that of asynchronous invocations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from emulator.core import timestamps
from emulator.core.courier import StreamRecord
from emulator.core.jsontext import compact
from emulator.services.lambda_.stream_event import event

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
AGE_EXCEEDED = "RecordAgeExceeded"


class LastTry(NamedTuple):
    """The last invocation of a batch; ``function_error`` is None for ``batchItemFailures``."""

    request_id: str
    executed_version: str
    function_error: str | None


class Discarded(NamedTuple):
    """A batch that is given up; ``at`` is now, ``attempts`` counts invocations."""

    function_arn: str
    stream_arn: str
    shard: str
    condition: str
    attempts: int
    records: Sequence[StreamRecord]
    request_id: str
    last: LastTry | None
    at: float


def discard_record(batch: Discarded, with_payload: bool = False) -> str:
    """The record as JSON text; S3 gets the records themselves as well."""
    shown: dict[str, Any] = {
        "requestContext": {
            "requestId": batch.last.request_id if batch.last else batch.request_id,
            "functionArn": batch.function_arn,
            "condition": batch.condition,
            "approximateInvokeCount": batch.attempts,
        }
    }
    if batch.last is not None and batch.condition == RETRIES_EXHAUSTED:
        shown["responseContext"] = {
            "statusCode": 200,
            "executedVersion": batch.last.executed_version,
            "functionError": batch.last.function_error,
        }
    shown |= {"version": "1.0", "timestamp": timestamps.iso_milliseconds(batch.at)}
    kinesis = batch.stream_arn.split(":")[2] == "kinesis"
    shown["KinesisBatchInfo" if kinesis else "DDBStreamBatchInfo"] = _batch_info(batch, kinesis)
    text = compact(shown)
    if with_payload:
        text = f'{text[:-1]},"payload":{event(batch.records, batch.stream_arn).decode()}}}'
    return text


def _batch_info(batch: Discarded, kinesis: bool) -> dict[str, Any]:
    first, last = batch.records[0], batch.records[-1]
    arrival = timestamps.iso_milliseconds if kinesis else timestamps.iso_seconds
    return {
        "shardId": batch.shard,
        "startSequenceNumber": first.sequence,
        "endSequenceNumber": last.sequence,
        "approximateArrivalOfFirstRecord": arrival(first.arrival),
        "approximateArrivalOfLastRecord": arrival(last.arrival),
        "batchSize": len(batch.records),
        "streamArn": batch.stream_arn,
    }
