"""An emulator on an event loop of its own, in a background thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from emulator.app import Emulator
from emulator.core.settings import Settings

T = TypeVar("T")


class EmulatorThread:
    """Starts on construction, ends with ``close``; usable as a context manager.

    ``url`` goes into ``AWS_ENDPOINT_URL``.  ``run`` executes a coroutine and ``call`` a function on the emulator's loop
    and give the result: everything inside the house belongs to that thread.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        clock: str = "auto",
        start: float | None = None,
        seed: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._loop = _new_loop()
        self.emulator = Emulator(settings or Settings(runtime="inline"), clock, start, seed)
        self._thread = threading.Thread(target=self._main, name="emulator", daemon=True)
        self._thread.start()
        try:
            self.run(self.emulator.start(host, port))
        except BaseException:
            self._end()
            raise

    @property
    def url(self) -> str:
        return self.emulator.url

    @property
    def port(self) -> int:
        return self.emulator.port

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = 120) -> T:
        """Run on the emulator's loop; raises what it raises, TimeoutError after ``timeout`` real seconds."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout)

    def call(self, fn: Callable[[], T]) -> T:
        """Call ``fn`` on the emulator's loop."""

        async def on_loop() -> T:
            return fn()

        return self.run(on_loop())

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def close(self) -> None:
        """End the emulator and its thread; doing it twice is harmless."""
        if self._loop.is_closed():
            return
        with suppress(RuntimeError):
            self.run(self.emulator.stop(drain=0))
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> EmulatorThread:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _new_loop() -> asyncio.AbstractEventLoop:
    with suppress(ImportError):
        import uvloop

        loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        return loop
    return asyncio.new_event_loop()
