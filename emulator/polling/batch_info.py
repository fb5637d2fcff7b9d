"""Where discarded records stand in their stream, as the records about them say.

AWS docs, "Retain discarded records for a DynamoDB event source in Lambda"; key order recorded from AWS.
"""

from __future__ import annotations

from typing import Any

from emulator.core import timestamps
from emulator.polling.consumer import Discarded


def batch_info(batch: Discarded, stream_arn: str) -> dict[str, Any]:
    """``{"DDBStreamBatchInfo": {...}}``, or the same for Kinesis."""
    kinesis = stream_arn.split(":")[2] == "kinesis"
    first, last = batch.records[0], batch.records[-1]
    arrival = timestamps.iso_milliseconds if kinesis else timestamps.iso_seconds
    info = {
        "shardId": batch.shard,
        "startSequenceNumber": first.sequence,
        "endSequenceNumber": last.sequence,
        "approximateArrivalOfFirstRecord": arrival(first.arrival),
        "approximateArrivalOfLastRecord": arrival(last.arrival),
        "batchSize": len(batch.records),
        "streamArn": stream_arn,
    }
    return {"KinesisBatchInfo" if kinesis else "DDBStreamBatchInfo": info}
