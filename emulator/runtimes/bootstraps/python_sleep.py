"""``time.sleep`` by the emulator's clock, for functions that ask for it (``EMULATOR_VIRTUAL_SLEEP``).

Only in the handler's own thread: it alone may talk to the emulator while the handler runs.  Other threads really sleep.
"""

from __future__ import annotations

import math
import os
import threading
import time
from typing import Any

from . import frames
from .python_context import LambdaContext

VARIABLE = "EMULATOR_VIRTUAL_SLEEP"
_real_sleep = time.sleep


class VirtualSleep:
    """Asks the emulator to wait; ``request_id`` is the running invocation's."""

    def __init__(self, control: int) -> None:
        self._control = control
        self._thread = threading.get_ident()
        self.request_id = ""

    def begin(self, request_id: str) -> None:
        """A new invocation: nothing has been slept yet."""
        self.request_id = request_id
        LambdaContext.slept_ms = 0

    def __call__(self, seconds: Any, /) -> None:
        if threading.get_ident() != self._thread or not self.request_id or seconds <= 0:
            _real_sleep(seconds)
            return
        began = time.monotonic()
        header = {"kind": "sleep", "id": self.request_id, "seconds": float(seconds)}
        frames.write_all(self._control, frames.encode(header))
        if frames.receive(self._control) is None:
            os._exit(0)  # the emulator is gone
        # Virtual seconds count against the deadline like real ones.
        LambdaContext.slept_ms += max(0, math.ceil((float(seconds) - (time.monotonic() - began)) * 1000))


def install(control: int) -> VirtualSleep | None:
    """Replace ``time.sleep`` if the function's environment says so."""
    if os.environ.get(VARIABLE, "").lower() not in ("1", "true", "yes", "on"):
        return None
    sleep = VirtualSleep(control)
    time.sleep = sleep
    return sleep
