"""A record of a stream as functions and pipes get it; filters test the same."""

from __future__ import annotations

from typing import Any

from emulator.core.courier import StreamRecord


def stream_record(record: StreamRecord, stream_arn: str) -> dict[str, Any]:
    return {**record.data, "eventSourceARN": stream_arn}
