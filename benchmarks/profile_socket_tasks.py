"""Where does the emulator's time go while SocketTasks runs?

    python -m benchmarks.profile_socket_tasks [--tasks 1000] [--connections 20] [--top 30] [--exact]

By default a sampler interrupts the emulator once for every millisecond of CPU that it uses and notes the stack: that
hardly changes what it measures.  ``--exact`` uses cProfile instead, which knows the number of calls, but makes small
functions look expensive.  Both watch the load only, not the start, from inside the emulator's process.
"""

from __future__ import annotations

import argparse
import asyncio
import signal

from benchmarks import ws_load
from benchmarks.__main__ import runner
from benchmarks.process import Emulator, Meter
from benchmarks.socket_tasks import HANDLERS, STACK, warm_up

PROGRAM = """
from benchmarks.profiler import {profiler}
from emulator.cli import main
with {profiler}({top}):
    main()
"""


async def profile(tasks: int, connections: int, top: int, exact: bool) -> None:
    program = PROGRAM.format(profiler="Exact" if exact else "Sampler", top=top)
    with Emulator(STACK, {"tasks.py": HANDLERS}, program) as emulator:
        await warm_up(emulator)
        meter = Meter(emulator)
        emulator.signal(signal.SIGUSR1)
        load = await ws_load.tasks(emulator.port, emulator.socket_path, tasks, connections)
        emulator.signal(signal.SIGUSR2)
        own, workers = meter.each(tasks)
        await asyncio.sleep(0.2)
        emulator.end()
        print(emulator.errors())
    print(f"{load.rate:.0f} tasks/s, p50 {load.p50:.2f} ms; CPU each: emulator {own:.2f} ms, workers {workers:.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--top", type=int, default=30, help="lines per table")
    parser.add_argument("--exact", action="store_true", help="cProfile instead of samples")
    options = parser.parse_args()
    runner().run(profile(options.tasks, options.connections, options.top, options.exact))


if __name__ == "__main__":
    main()
