"""How long until ``emulator up`` answers, and how much memory it has then?"""

from __future__ import annotations

import re
import time

from benchmarks import http_load
from benchmarks.harness import Line, Run
from benchmarks.measures import percentile
from benchmarks.process import Emulator, Process, resident_kb
from benchmarks.socket_tasks import HANDLERS, STACK

AIM_SECONDS, AIM_MB = 0.4, 60.0


async def run(bench: Run) -> list[Line]:
    count = 3 if bench.quick else 9
    await _emulator("")  # writes the bytecode caches
    floors, empty, stacked = [], [], []
    for _ in range(count):
        floors.append(await _floor())
        empty.append(await _emulator(""))
        stacked.append(await _emulator(STACK))
    floor_time, floor_memory = (percentile(values, 50) for values in zip(*floors, strict=True))
    lines = []
    for name, found in (("no stack", empty), ("SocketTasks stack", stacked)):
        times = [seconds for seconds, _ in found]
        seconds, memory = (percentile(values, 50) for values in zip(*found, strict=True))
        spread = (min(times), max(times))
        what = f"until ready, {name}"
        lines.append(Line("ready", what, seconds, "s", floor_time, "bare server", AIM_SECONDS, spread=spread))
        lines.append(Line("ready", f"resident, {name}", memory, "MB", floor_memory, "bare server", AIM_MB))
    return lines


async def _emulator(stack: str) -> tuple[float, float]:
    """Seconds from the start of the process to the first answer about its health; MB resident then."""
    with Emulator(stack, {"tasks.py": HANDLERS} if stack else None) as emulator:
        await _get(emulator.port, "/_emulator/health")
        return time.perf_counter() - emulator.began, resident_kb(emulator.pid) / 1024


async def _floor() -> tuple[float, float]:
    with Process(["-m", "benchmarks.floor_server"]) as server:
        found = re.search(r"port (\d+);", server.read_until(";"))
        assert found
        await _get(int(found[1]), "/")
        return time.perf_counter() - server.began, resident_kb(server.pid) / 1024


async def _get(port: int, path: str) -> None:
    connection = await http_load.HttpConnection.open(port)
    await connection.send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    connection.close()
