"""How much memory a process uses, where the platform tells it."""

from __future__ import annotations

import re

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
