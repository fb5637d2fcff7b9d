"""Ends a worker process when the emulator dies, whatever program it runs.

The process holds the reading end of a pipe whose writing end only the emulator has.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def needs_watching() -> bool:
    """Whether the process must look at its lifeline itself, because only Linux can do it for it."""
    return sys.platform != "linux"


def arm(lifeline: int, pid: int) -> None:
    """Have the kernel kill ``pid``'s process group when the pipe's other end closes.

    What is set belongs to the open pipe, which the process shares and keeps after this end is closed here.
    """
    if sys.platform != "linux":
        return
    import fcntl

    with contextlib.suppress(ProcessLookupError):  # it has ended already
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -pid)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
