"""What a handler prints and logs, taken line by line without keeping it from the terminal.

``sys.stdout`` and ``sys.stderr`` are replaced only while handlers run, because pytest exchanges them between tests.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from emulator.core import timestamps

HELD = 64
"""Streams that stay alive after they were exchanged."""


class Capture:
    """Collects the output of one invocation and hands it on line by line; ``emit`` is called in any thread."""

    def __init__(self, request_id: str, emit: Callable[[str], None]) -> None:
        self.request_id = request_id
        self._emit = emit
        self._rest: dict[str, str] = {}
        self._lock = threading.Lock()

    def write(self, stream: str, text: str) -> None:
        with self._lock:
            *lines, rest = (self._rest.pop(stream, "") + text).split("\n")
            if rest:
                self._rest[stream] = rest
        for line in lines:
            self._emit(line)

    def event(self, text: str) -> None:
        """One log event, which may hold line breaks."""
        self._emit(text.rstrip("\n"))

    def finish(self) -> None:
        """Hand on what has no line end yet."""
        with self._lock:
            rests, self._rest = list(self._rest.values()), {}
        for rest in rests:
            self._emit(rest)


current: ContextVar[Capture | None] = ContextVar("handler_output", default=None)


class Tee(io.TextIOBase):
    """Passes everything on to the real stream, and a handler's text to its capture as well."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self.stream = stream
        self._name = name

    def write(self, text: str) -> int:
        capture = current.get()
        if capture is not None:
            capture.write(self._name, text)
        return self.stream.write(text)

    def flush(self) -> None:
        if not self.stream.closed:
            self.stream.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self.stream.isatty()

    def fileno(self) -> int:
        return self.stream.fileno()

    def close(self) -> None:
        """The real stream is not ours to close."""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute in the base class
        return self.stream.encoding

    @property
    def buffer(self) -> Any:
        return self.stream.buffer


class InvocationLogs(logging.Handler):
    """The handler on the root logger: records of a running handler, in AWS's text format."""

    def emit(self, record: logging.LogRecord) -> None:
        capture = current.get()
        if capture is None:
            return
        stamp = timestamps.iso_milliseconds(record.created)
        text = f"[{record.levelname}]\t{stamp}\t{capture.request_id}\t{self.format(record)}"
        capture.event(text)
        if logging.getLogger().handlers == [self]:  # nobody else shows it
            sys.__stderr__ and print(text, file=sys.__stderr__)


class Streams:
    """Counts running handlers, and replaces the process's streams while there are any."""

    def __init__(self) -> None:
        self._running = 0
        self._lock = threading.Lock()
        self._logs = InvocationLogs()
        # CPython's print() borrows sys.stdout: if another thread exchanges it meanwhile, and nobody else holds the
        # former one, the interpreter crashes (python/cpython#130163).
        self._held: deque[Tee] = deque(maxlen=HELD)

    @contextmanager
    def taken(self) -> Iterator[None]:
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._lock:
            self._running += 1
            for name in ("stdout", "stderr"):
                stream = getattr(sys, name)
                if stream is not None and not isinstance(stream, Tee):
                    self._held.append(Tee(stream, name))
                    setattr(sys, name, self._held[-1])
            if self._running == 1:
                logging.getLogger().addHandler(self._logs)

    def _leave(self) -> None:
        with self._lock:
            self._running -= 1
            if self._running:
                return
            for name in ("stdout", "stderr"):
                stream = getattr(sys, name)
                if isinstance(stream, Tee):
                    setattr(sys, name, stream.stream)
            logging.getLogger().removeHandler(self._logs)


streams = Streams()
"""One for the process, because the streams are the process's."""
