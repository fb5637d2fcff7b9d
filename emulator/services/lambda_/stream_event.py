"""The event that a function gets for records of a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.core.courier import StreamRecord
from emulator.core.jsontext import compact


def shown(record: StreamRecord, stream_arn: str) -> dict[str, Any]:
    """One element of ``Records``; filters test the same."""
    return {**record.data, "eventSourceARN": stream_arn}


def event(records: Sequence[StreamRecord], stream_arn: str, window: Mapping[str, Any] | None = None) -> bytes:
    """``window`` holds what a tumbling window adds."""
    return compact({"Records": [shown(record, stream_arn) for record in records], **(window or {})}).encode()
