"""Asynchronous invocations: events per second until all are done, and a thousand of them through ten environments."""

from __future__ import annotations

import json
import time
from functools import partial

from benchmarks import http_load
from benchmarks.floors import EVENT
from benchmarks.harness import Line, Run
from benchmarks.idle import until_idle
from benchmarks.measures import Load, Rounds, alternately
from benchmarks.process import Emulator

STACK = """
[emulator]
clock = "auto"
runtime = "%s"
[functions]
work = "work:count"
seen = "work:seen"
[functions.few]
handler = "work:rest"
reserved_concurrency = 10
"""
HANDLERS = """
import threading, time
lock = threading.Lock()
done = now = most = 0

def count(event, context):
    global done
    with lock:
        done += 1

def rest(event, context):
    global done, now, most
    with lock:
        now += 1
        most = max(most, now)
    time.sleep(0.01)
    with lock:
        now -= 1
        done += 1

def seen(event, context):
    global done, most
    found, done, most = {"done": done, "most": most}, 0, 0
    return found
"""
AIM_RATE = 1500.0
BUSY, RESERVED, SECONDS = 1000, 10, 0.01
CALLERS, ROUNDS = 16, 3


class Functions:
    """The functions of an emulator, invoked asynchronously."""

    def __init__(self, emulator: Emulator) -> None:
        self.port = emulator.port

    def _request(self, function: str, kind: str) -> bytes:
        path = f"/2015-03-31/functions/{function}/invocations"
        return http_load.request(self.port, "lambda", path, EVENT, {"X-Amz-Invocation-Type": kind})

    async def events(self, function: str, count: int) -> Load:
        """Sends events, and waits until nothing is left to do; ``took`` is all of it."""
        request = self._request(function, "Event")
        began = time.perf_counter()
        load = await http_load.load(self.port, lambda c: c.send(request), count, CALLERS)
        await until_idle(self.port)
        return Load(load.durations, time.perf_counter() - began)

    async def throttled(self) -> int:
        """How many retries because of throttling the journal knows of."""
        path = "/_emulator/journal?kind=retry&limit=50000"
        connection = await http_load.HttpConnection.open(self.port)
        answer = await connection.send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        connection.close()
        return sum(hop["outcome"] == "throttled" for hop in json.loads(answer)["hops"])

    async def seen(self) -> dict[str, int]:
        """What the inline handlers have counted since the last time: ``done``, and ``most`` at once."""
        connection = await http_load.HttpConnection.open(self.port)
        found: dict[str, int] = json.loads(await connection.send(self._request("seen", "RequestResponse")))
        connection.close()
        return found


async def run(bench: Run) -> list[Line]:
    count = bench.count(3000)
    lines: list[Line] = []
    for runtime in ("inline", "worker"):
        with Emulator(STACK % runtime, {"work.py": HANDLERS}) as emulator:
            functions = Functions(emulator)
            await functions.events("work", 200)
            found, echo = await alternately(
                partial(functions.events, "work", count),
                partial(bench.floors.http, CALLERS),
            )
            if runtime == "inline":
                await _all_done(functions, 200 + 5 * count)
            aim = AIM_RATE if runtime == "inline" else None
            rates = found.spread("rate")
            lines.append(
                Line("async_invoke", runtime, found.rate, "events/s", echo.rate, "HTTP echo", aim, True, rates)
            )
            if runtime == "inline":
                lines += await _few_environments(functions)
    return lines


async def _all_done(functions: Functions, count: int) -> None:
    done = (await functions.seen())["done"]
    if done != count:
        raise RuntimeError(f"{done} of {count} events were handled")


async def _few_environments(functions: Functions) -> list[Line]:
    """Events for a function with reserved concurrency; throttled ones wait in emulated time, which costs nothing."""
    rounds = Rounds([])
    most = 0
    for _ in range(ROUNDS):
        rounds.loads.append(await functions.events("few", BUSY))
        found = await functions.seen()
        if found["done"] != BUSY:
            raise RuntimeError(f"{found['done']} of {BUSY} events were handled")
        most = max(most, found["most"])
    ideal, what = RESERVED / SECONDS, f"{BUSY:,} with reserved concurrency {RESERVED}"
    rates = rounds.spread("rate")
    return [
        Line("async_invoke", what, rounds.rate, "events/s", ideal, "10 threads", spread=rates),
        Line("async_invoke", f"{what}, most at once", most, "", aim=RESERVED),
        Line("async_invoke", f"{what}, throttled", await functions.throttled() / ROUNDS, "retries"),
    ]
