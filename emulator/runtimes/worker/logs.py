"""What a worker process writes to stdout and stderr, line by line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

# One log event holds at most this much (AWS docs, "CloudWatch Logs quotas": 256 KB); longer lines are cut.
MAX_EVENT = 256 * 1024
_CHUNK = 64 * 1024
# Everything that a process wrote before an answer fits in the pipe: 64 KB, at most 1 MB where it was enlarged.
_PIPE_CAPACITY = 1024 * 1024


class LineSplitter:
    """Cuts bytes into log events.

    A carriage return inside a line stands for a line break inside one event, as on AWS.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The events completed by ``data``."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        events = [_text(line) for line in lines]
        while len(self._rest) >= MAX_EVENT:
            events.append(_text(self._rest[:MAX_EVENT]))
            self._rest = self._rest[MAX_EVENT:]
        return events

    def flush(self) -> list[str]:
        """The last event, if the output did not end with a line break."""
        rest, self._rest = self._rest, b""
        return [_text(rest)] if rest else []


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace").replace("\r", "\n")


class LogPipe:
    """The reading end of one stream; calls ``on_line`` for each event until closed."""

    def __init__(self, loop: asyncio.AbstractEventLoop, fd: int, on_line: Callable[[str], None]) -> None:
        self._loop = loop
        self._fd = fd
        self._on_line = on_line
        self._lines = LineSplitter()
        self._open = True
        os.set_blocking(fd, False)
        loop.add_reader(fd, self._read)

    def drain(self) -> None:
        """Report all that has been written up to now, an unfinished line included."""
        read = 0
        while read < _PIPE_CAPACITY and (count := self._read()):
            read += count
        self._report(self._lines.flush())

    def close(self) -> None:
        """Stop reading and give the descriptor back."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._fd)
            os.close(self._fd)

    def _read(self) -> int:
        if not self._open:
            return 0
        try:
            data = os.read(self._fd, _CHUNK)
        except (BlockingIOError, InterruptedError):
            return 0
        if not data:
            self.close()
        self._report(self._lines.feed(data))
        return len(data)

    def _report(self, events: list[str]) -> None:
        for event in events:
            self._on_line(event)
