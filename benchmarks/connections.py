"""Memory that an idle WebSocket connection costs."""

from __future__ import annotations

import asyncio
import resource
import time

from benchmarks.harness import Line, Run
from benchmarks.process import Emulator, Process, resident_kb
from benchmarks.ws_load import Socket

STACK = """
[emulator]
enforce_quotas = false
[functions]
echo = "handlers:echo"
[websocket_apis.sockets]
routes = { echo = "echo" }
"""
HANDLERS = "def echo(event, context):\n    return {'statusCode': 200}\n"
COUNT, QUICK_COUNT, TOGETHER = 5000, 1000, 50
AIM_KB = 30.0


async def run(bench: Run) -> list[Line]:
    count = _room(QUICK_COUNT if bench.quick else COUNT)
    floors = bench.floors
    floor, floor_rate = await _cost(floors.server, floors.port, "/", count)
    with Emulator(STACK, {"handlers.py": HANDLERS}) as emulator:
        cost, rate = await _cost(emulator, emulator.port, emulator.socket_path, count)
        again, _ = await _cost(emulator, emulator.port, emulator.socket_path, count)
    name = f"{count:,} idle"
    return [
        Line("connections", f"{name}, each", cost, "KB", floor, "bare server", AIM_KB),
        Line("connections", f"{name}, growth when opened again", again, "KB"),
        Line("connections", "opened", rate, "/s", floor_rate, "bare server", None, True),
    ]


def _room(count: int) -> int:
    """Raise the limit on open files for this process and those it starts; fewer connections where it cannot be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 500
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        count = min(count, soft - 500)
    return count


async def _cost(server: Process, port: int, path: str, count: int) -> tuple[float, float]:
    """KB resident per connection, connections opened per second."""
    for socket in await _open(port, path, 200):
        socket.close()
    await asyncio.sleep(0.5)
    before = resident_kb(server.pid)
    began = time.perf_counter()
    sockets = await _open(port, path, count)
    took = time.perf_counter() - began
    await asyncio.sleep(0.5)
    after = resident_kb(server.pid)
    lost = sum(socket.lost for socket in sockets)
    for socket in sockets:
        socket.close()
    if lost:
        raise RuntimeError(f"{lost} of {count} connections were closed by the server")
    await asyncio.sleep(1.0)
    return (after - before) / count, count / took


async def _open(port: int, path: str, count: int) -> list[Socket]:
    sockets: list[Socket] = []
    while len(sockets) < count:
        batch = min(TOGETHER, count - len(sockets))
        sockets += await asyncio.gather(*(Socket.open(port, path) for _ in range(batch)))
    return sockets
