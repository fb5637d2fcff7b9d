"""Records of discarded batches: what the on-failure destination of a stream's mapping receives.

AWS docs, "Retain discarded records for a DynamoDB event source in Lambda"; key order recorded from AWS, it differs from
that of asynchronous invocations.
"""

from __future__ import annotations

from typing import Any

from emulator.core import timestamps
from emulator.core.jsontext import compact
from emulator.polling.batch_info import batch_info
from emulator.polling.consumer import RETRIES_EXHAUSTED, Discarded
from emulator.polling.stream_record import stream_record


def discard_record(
    function_arn: str, stream_arn: str, batch: Discarded, now: float, request_id: str, with_payload: bool = False
) -> str:
    """The record as JSON text; S3 gets the records themselves as well.  ``request_id`` is for what was never tried."""
    shown: dict[str, Any] = {
        "requestContext": {
            "requestId": batch.last.request_id if batch.last else request_id,
            "functionArn": function_arn,
            "condition": batch.condition,
            "approximateInvokeCount": batch.attempts,
        }
    }
    if batch.last is not None and batch.condition == RETRIES_EXHAUSTED:
        shown["responseContext"] = {
            "statusCode": 200,
            "executedVersion": batch.last.executed_version,
            "functionError": batch.last.error,
        }
    shown |= {"version": "1.0", "timestamp": timestamps.iso_milliseconds(now)} | batch_info(batch, stream_arn)
    text = compact(shown)
    if with_payload:
        records = [stream_record(record, stream_arn) for record in batch.records]
        text = f'{text[:-1]},"payload":{compact({"Records": records})}}}'
    return text
