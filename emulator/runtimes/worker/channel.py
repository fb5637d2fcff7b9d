"""The emulator's end of the socket to a worker process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Protocol

from emulator.runtimes.bootstraps.frames import FrameError, FrameReader, encode

_CHUNK = 256 * 1024


class Link(Protocol):
    """How a process's invocations go out; its answers come in by a callback."""

    def send(self, header: dict[str, Any], body: bytes) -> None:
        """Hand over an invocation."""

    def drain(self) -> None:
        """Report the answers that have already arrived."""

    def close(self) -> None:
        """Stop, and give every descriptor back."""


class Channel:
    """Writes frames out and reports frames in, from the event loop's callbacks.

    ``on_frame(header, body)`` for each frame; ``on_lost()`` once, when the worker has closed its end or has written
    something that is not a frame.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        on_frame: Callable[[dict[str, Any], bytes], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._frames = FrameReader()
        self._unsent = memoryview(b"")
        self._open = True
        sock.setblocking(False)
        loop.add_reader(sock.fileno(), self._read)

    def send(self, header: dict[str, Any], body: bytes) -> None:
        """Send a frame; what the socket does not take at once follows when it can."""
        self._unsent = memoryview(encode(header, body))
        self._write()
        if self._unsent and self._open:
            self._loop.add_writer(self._sock.fileno(), self._write)

    def drain(self) -> None:
        """Report the frames that have already arrived."""
        while self._read():
            pass

    def close(self) -> None:
        """Stop, and give the descriptor back."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._sock.fileno())
            self._loop.remove_writer(self._sock.fileno())
            self._sock.close()

    def _write(self) -> None:
        try:
            self._unsent = self._unsent[self._sock.send(self._unsent) :]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # the process is gone: its end is reported by the reader and by the loop
            self._unsent = memoryview(b"")
        if not self._unsent:
            self._loop.remove_writer(self._sock.fileno())

    def _read(self) -> bool:
        if not self._open:
            return False
        try:
            data = self._sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        try:
            frames = self._frames.feed(data)
        except FrameError:
            frames, data = [], b""
        for header, body in frames:
            self._on_frame(header, body)
        if not data:
            self._on_lost()  # first: a worker that sees the socket close ends by itself, as if all were well
            self.close()
        return bool(data)
