"""How much memory a process uses, where the platform tells it."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path

from emulator.core.ground import Ground
from emulator.runtimes.base import FunctionSpec

from .process import WorkerProcess

log = logging.getLogger("emulator.function")

CHECKS = 0.1
"""Real seconds between two looks at a busy process."""
TOLD = Path("/proc/self/status").exists()
_OWN = re.compile(rb"^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB", re.MULTILINE)


def memory_of(pid: int) -> int | None:
    """Bytes that belong to the process alone: its heap and shared memory, not the files it has mapped.

    What a sandbox on AWS is charged with is about this; the interpreter's and its libraries' pages are shared by all
    environments here.  None where there is no ``/proc`` (macOS), or no such process.
    """
    try:
        with open(f"/proc/{pid}/status", "rb") as status:
            found = _OWN.findall(status.read())
    except OSError:
        return None
    return sum(map(int, found)) * 1024 if found else None


class MemoryWatch:
    """Kills a busy process that has more memory than its function, as far as the platform tells it."""

    def __init__(self, ground: Ground, process: WorkerProcess, function: FunctionSpec) -> None:
        self._clock = ground.clock
        self._process = process
        self._function = function
        self._timer: asyncio.TimerHandle | None = None
        if ground.settings.enforce_memory and TOLD:
            self._timer = self._clock.real_later(CHECKS, self._look)

    def _look(self) -> None:
        if (memory_of(self._process.pid) or 0) <= self._function.memory * 1024 * 1024:
            self._timer = self._clock.real_later(CHECKS, self._look)
            return
        self._timer = None
        text = "%s used more than its %d MB and was killed (EMULATOR_ENFORCE_MEMORY=0 lets it live)"
        log.warning(text, self._function.name, self._function.memory)
        self._process.kill()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
