"""AWS's event stream encoding (``application/vnd.amazon.eventstream``), as far as answers need it.

AWS docs, Amazon Transcribe, "Event stream encoding": total length, headers length, CRC of the two, headers, payload,
CRC of everything.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from emulator.wire.jsonwrite import dump

_STRING = 7


def encode_events(events: Iterable[Mapping[str, Any]], write: Callable[[Any], Any] | None) -> bytes:
    """The events of a stream: mappings with one key, the event's type, and its members.

    An event whose only member is a blob carries it raw; all others carry JSON.
    """
    return b"".join(_encode_event(name, members, write) for event in events for name, members in event.items())


def _encode_event(name: str, members: Mapping[str, Any], write: Callable[[Any], Any] | None) -> bytes:
    values = list(members.values())
    if len(values) == 1 and isinstance(values[0], bytes):
        content_type, payload = "application/octet-stream", values[0]
    else:
        written = write({name: members})[name] if write is not None else members
        content_type, payload = "application/json", dump(written)
    return encode_message([(":event-type", name), (":content-type", content_type), (":message-type", "event")], payload)


def encode_message(headers: Iterable[tuple[str, str]], payload: bytes) -> bytes:
    """One message of the stream; all headers are texts."""
    block = b"".join(_encode_header(name, value) for name, value in headers)
    prelude = struct.pack(">II", len(block) + len(payload) + 16, len(block))
    start = prelude + struct.pack(">I", zlib.crc32(prelude)) + block + payload
    return start + struct.pack(">I", zlib.crc32(start))


def _encode_header(name: str, value: str) -> bytes:
    raw_name, raw_value = name.encode(), value.encode()
    return struct.pack(">B", len(raw_name)) + raw_name + struct.pack(">BH", _STRING, len(raw_value)) + raw_value
