"""The whole path: frame, task-submit, bus, rule, task function, destination, queue, task-notify, @connections, frame.

The handlers run in worker processes and use boto3 as they would on AWS; the task itself does nothing.
"""

from __future__ import annotations

from benchmarks import ws_load
from benchmarks.harness import Line, Run
from benchmarks.measures import alternately
from benchmarks.process import Emulator, Meter

STACK = '[emulator]\nenforce_quotas = false\n[socket_tasks]\ntasks = { report = "tasks:report" }\n'
HANDLERS = 'def report(event, context):\n    return {"statusCode": 200}\n'
AIM_MS, AIM_RATE = 12.0, 250.0
CONNECTIONS = 20


async def warm_up(emulator: Emulator) -> None:
    """Start as many workers as the load will need, a few at a time: each imports boto3, and they share the cores."""
    for connections in (*range(1, CONNECTIONS, 2), *[CONNECTIONS] * 3):
        await ws_load.tasks(emulator.port, emulator.socket_path, 5 * connections, connections, strict=False)
    await ws_load.tasks(emulator.port, emulator.socket_path, 30)


async def run(bench: Run) -> list[Line]:
    floors, one, many = bench.floors, bench.count(200), bench.count(1000)
    with Emulator(STACK, {"tasks.py": HANDLERS}) as emulator:
        port, path = emulator.port, emulator.socket_path
        await warm_up(emulator)
        meter = Meter(emulator)
        single, socket, boto, pipe = await alternately(
            lambda: ws_load.tasks(port, path, one), floors.socket, floors.boto3, floors.pipe
        )
        own_one, workers_one = meter.each(len(single.loads) * one)
        meter = Meter(emulator)
        crowd, boto_again = await alternately(lambda: ws_load.tasks(port, path, many, CONNECTIONS), floors.boto3)
        own_many, workers_many = meter.each(len(crowd.loads) * many)
    parts = "frame + 2 boto3 + 3 pipes"
    p50 = socket.p50 + 2 * boto.p50 + 3 * pipe.p50
    p99 = socket.p99 + 2 * boto.p99 + 3 * pipe.p99
    pair, rates = boto_again.rate / 2, crowd.spread("rate")
    crowded = f"{CONNECTIONS} at once"
    return [
        Line("socket_tasks", "one at a time, p50", single.p50, "ms", p50, parts, AIM_MS, spread=single.spread("p50")),
        Line("socket_tasks", "one at a time, p99", single.p99, "ms", p99, parts, spread=single.spread("p99")),
        Line("socket_tasks", "emulator's CPU each", own_one, "ms"),
        Line("socket_tasks", "workers' CPU each", workers_one, "ms"),
        Line("socket_tasks", crowded, crowd.rate, "/s", pair, "boto3 pairs, 1 process", AIM_RATE, True, rates),
        Line("socket_tasks", f"{crowded}, p50", crowd.p50, "ms", spread=crowd.spread("p50")),
        Line("socket_tasks", f"{crowded}, emulator's CPU each", own_many, "ms"),
        Line("socket_tasks", f"{crowded}, workers' CPU each", workers_many, "ms"),
    ]
