"""``python -m benchmarks [--quick] [--json] [NAME...]``: every figure against a floor measured in the same run."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import signal
import sys
from importlib import import_module

from benchmarks.floors import Floors
from benchmarks.harness import Line, Run, table

NAMES = (
    "ready",
    "invoke",
    "functions",
    "async_invoke",
    "sqs",
    "put_events",
    "socket_tasks",
    "connections",
    "doors",
    "tables",
    "task_manager",
    "executions",
)


async def measure(names: list[str], quick: bool) -> list[Line]:
    """Run the benchmarks one after the other."""
    lines: list[Line] = []
    with Floors() as floors:
        for name in names:
            print(f"{name}…", file=sys.stderr, flush=True)
            lines += await import_module(f"benchmarks.{name}").run(Run(floors, quick))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--quick", action="store_true", help="a fifth of the repetitions")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # ends what was started, too
    lines = runner().run(measure(options.names or list(NAMES), options.quick))
    if options.json:
        print(json.dumps([line.as_dict() for line in lines], indent=1))
    else:
        print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}\n\n{table(lines)}")


def runner() -> asyncio.Runner:
    """The load generator's own event loop: uvloop's where it exists."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


if __name__ == "__main__":
    main()
