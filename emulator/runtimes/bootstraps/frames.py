"""Frames between the emulator and a worker process.

One frame is ``EmuW``, the length of the header and of the body (32 bits, big-endian), a JSON object, raw bytes.  The
magic word makes noise written by user code visible at once instead of being taken for a length.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

MAGIC = b"EmuW"
MAX_HEADER = 1 << 20
# AWS docs, "Lambda quotas": 6 MB plus the 100 bytes the platform allows on top ("recorded from AWS": 6291556 bytes).
MAX_RESULT = 6 * 1024 * 1024 + 100

_PREFIX = struct.Struct(">4sII")


class FrameError(Exception):
    """The other side wrote something that is not a frame."""


def encode(header: dict[str, Any], body: bytes = b"") -> bytes:
    """``header`` and ``body`` as the bytes of one frame."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join((_PREFIX.pack(MAGIC, len(text), len(body)), text, body))


def _lengths(prefix: bytes | bytearray, max_body: int) -> tuple[int, int]:
    magic, header, body = _PREFIX.unpack_from(prefix)
    if magic != MAGIC or header > MAX_HEADER or body > max_body:
        raise FrameError(f"not a frame: {bytes(prefix[:12])!r}")
    return header, body


def _parse_header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except ValueError as error:
        raise FrameError("the header is not JSON") from error
    if not isinstance(header, dict):
        raise FrameError("the header is not an object")
    return header


class FrameReader:
    """Cuts a stream of bytes into frames; keeps what is incomplete."""

    def __init__(self, max_body: int = MAX_RESULT) -> None:
        self._max_body = max_body
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[dict[str, Any], bytes]]:
        """The frames completed by ``data``; raises FrameError on anything that is not a frame."""
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> tuple[dict[str, Any], bytes] | None:
        if not MAGIC.startswith(self._buffer[:4]):
            raise FrameError(f"not a frame: {bytes(self._buffer[:12])!r}")
        if len(self._buffer) < _PREFIX.size:
            return None
        header, body = _lengths(self._buffer, self._max_body)
        start, end = _PREFIX.size + header, _PREFIX.size + header + body
        if len(self._buffer) < end:
            return None
        frame = _parse_header(bytes(self._buffer[_PREFIX.size : start])), bytes(self._buffer[start:end])
        del self._buffer[:end]
        return frame


def receive(fd: int) -> tuple[dict[str, Any], bytes] | None:
    """The next frame from a blocking descriptor; None when the other side has closed it."""
    prefix = _read(fd, _PREFIX.size)
    if prefix is None:
        return None
    header, body = _lengths(prefix, max_body=(1 << 32) - 1)
    content = _read(fd, header + body)
    return None if content is None else (_parse_header(content[:header]), content[header:])


def _read(fd: int, size: int) -> bytes | None:
    data = os.read(fd, size)
    if len(data) == size:
        return data
    buffer = bytearray(data)
    while data and len(buffer) < size:
        data = os.read(fd, size - len(buffer))
        buffer += data
    return bytes(buffer) if len(buffer) == size else None


def write_all(fd: int, data: bytes) -> None:
    """Write every byte to a blocking descriptor."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
