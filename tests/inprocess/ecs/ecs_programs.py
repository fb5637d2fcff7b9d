"""Programs of tasks that are Python code."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def say() -> None:
    print("arguments", sys.argv[1:])
    print("variable", os.environ.get("WHO"))


def seven() -> int:
    return 7


def leave() -> None:
    sys.exit(4)


def break_down() -> None:
    raise RuntimeError("no luck")


async def later() -> str:
    return "no number"


def sleep_long() -> None:
    """Twenty minutes: longer than any function may run."""
    for _ in range(20):
        time.sleep(60)
    print("awake")


def note_pid() -> None:
    Path(os.environ["PID_FILE"]).write_text(str(os.getpid()))
    time.sleep(3600)


if __name__ == "__main__":
    print("run as a module", __name__)
    sys.exit(5)
