"""``time.sleep`` by the emulator's clock inside handlers that ask for it.

``time.sleep`` is replaced for the whole process, but does something else only where the running handler has opted in:
a context variable says so.  Threads that a handler starts itself begin with an empty context and really sleep; so does
``asyncio.sleep``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar
from threading import Event
from typing import Any

from emulator.core.clock import Clock
from emulator.core.units import Unit

Sleeper = Callable[[float], None]
current: ContextVar[Sleeper | None] = ContextVar("handler_sleep", default=None)

_real_sleep = time.sleep  # noqa: TID251  # the one that handlers call


def sleeper(clock: Clock, unit: Unit, name: str) -> Sleeper:
    """A sleep for the thread of one invocation; its unit is idle meanwhile, so time may jump."""
    loop = asyncio.get_running_loop()

    async def nap(seconds: float, woken: Event) -> None:
        try:
            await clock.sleep(seconds, label=f"sleep in {name}")
        finally:  # also when the house is closed
            woken.set()

    def sleep(seconds: float) -> None:
        woken = Event()
        loop.call_soon_threadsafe(lambda: clock.spawn(nap(seconds, woken), f"sleep in {name}", parent=unit))
        woken.wait()

    return sleep


def _sleep(seconds: Any, /) -> None:
    """``time.sleep``, through the handler's own one where there is one."""
    own = current.get()
    if own is None or seconds <= 0:
        _real_sleep(seconds)
    else:
        own(float(seconds))


def install() -> None:
    time.sleep = _sleep  # noqa: TID251


def uninstall() -> None:
    time.sleep = _real_sleep  # noqa: TID251
