"""Step Functions: executions per second, items of a Map per second, memory of executions that wait.

Beside each a bare asyncio loop that waits as often (``floor_loop.py``); it writes no history and answers nobody.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks import floor_loop, http_load
from benchmarks.floors import client
from benchmarks.harness import Line, Run
from benchmarks.idle import until_idle
from benchmarks.measures import percentile
from benchmarks.process import Emulator, Process, resident_kb

STACK = """
[emulator]
clock = "manual"
runtime = "inline"
[functions]
work = "work:handler"
"""
HANDLERS = "def handler(event, context):\n    return event\n"
PASS = {"Type": "Pass", "End": True}
CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload", "End": True}
THREE = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}, "C": PASS}
EXPRESS = {"express": "EXPRESS"}
ROLE = "arn:aws:iam::000000000000:role/states"
AIM_EXECUTIONS, AIM_ITEMS, AIM_KB = 800.0, 8000.0, 20.0
ITEMS, MANY_ITEMS, HOUR = 1000, 10_000, 3600
CALLERS, ROUNDS = 8, 5


def each(state: dict[str, Any]) -> dict[str, Any]:
    """An inline Map over the whole input."""
    return {"Each": {"Type": "Map", "ItemProcessor": {"StartAt": "S", "States": {"S": state}}, "End": True}}


MACHINES = {
    "three": THREE,
    "map": each(PASS),
    "functions": each({**CALL, "Parameters": {"FunctionName": "work", "Payload.$": "$"}}),
    "express": each(PASS),
    "waiting": {"W": {"Type": "Wait", "Seconds": HOUR, "End": True}},
}


class Machines:
    """The state machines of one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.port = emulator.port
        self.states = client("stepfunctions", emulator.url)
        self.arns = {name: self._create(name, states) for name, states in MACHINES.items()}

    def _create(self, name: str, states: dict[str, Any]) -> str:
        text, kind = json.dumps({"StartAt": next(iter(states)), "States": states}), EXPRESS.get(name, "STANDARD")
        made = self.states.create_state_machine(name=name, definition=text, roleArn=ROLE, type=kind)
        return str(made["stateMachineArn"])

    async def start(self, name: str, count: int, given: Any = None) -> float:
        """Starts executions; seconds until nothing is left to do but to wait for the clock."""
        params = {"stateMachineArn": self.arns[name], "input": json.dumps(given or {})}
        request = http_load.json_request(self.port, "states", "AWSStepFunctions.StartExecution", params)

        began = time.perf_counter()
        await http_load.load(self.port, lambda c: c.send(request), count, CALLERS)
        await until_idle(self.port, timers=10 * MANY_ITEMS)
        return time.perf_counter() - began

    async def start_sync(self, name: str, given: Any) -> float:
        """Runs an Express execution; seconds until it has succeeded."""
        params = {"stateMachineArn": self.arns[name], "input": json.dumps(given)}
        request = http_load.json_request(self.port, "states", "AWSStepFunctions.StartSyncExecution", params)

        async def send(connection: http_load.HttpConnection) -> None:
            answer = json.loads(await connection.send(request))
            if answer["status"] != "SUCCEEDED":
                raise RuntimeError(f"an execution of {name}: {answer['status']} {answer.get('error')}")

        return (await http_load.load(self.port, send, 1)).took

    async def advance(self, seconds: int) -> float:
        """Moves the emulator's time; real seconds that all which then happens takes."""
        body = json.dumps({"seconds": seconds}).encode()
        began = time.perf_counter()
        await http_load.load(self.port, lambda c: c.send(_control(self.port, body)), 1)
        return time.perf_counter() - began

    def check(self, name: str, status: str = "SUCCEEDED") -> None:
        """Raises RuntimeError unless the last thousand executions ended so."""
        found = self.states.list_executions(stateMachineArn=self.arns[name], maxResults=1000)["executions"]
        wrong = {one["status"] for one in found} - {status}
        if wrong or not found:
            raise RuntimeError(f"executions of {name}: {wrong or 'none'}")


def _control(port: int, body: bytes) -> bytes:
    head = f"POST /_emulator/clock/advance HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def run(bench: Run) -> list[Line]:
    with Emulator(STACK, {"work.py": HANDLERS}) as emulator:
        lines = await _rates(Machines(emulator), bench.count(2000))
    with Emulator(STACK, {"work.py": HANDLERS}) as emulator:  # its journal is empty
        return lines + await _waiting(Machines(emulator), emulator, bench.count(10_000))


async def _rates(machines: Machines, count: int) -> list[Line]:
    items, many = list(range(ITEMS)), list(range(MANY_ITEMS))
    await machines.start("three", 200)
    await machines.start("functions", 1, items)

    async def rate(name: str, times: int, pieces: int, given: Any = None) -> float:
        took = await machines.start(name, times, given)
        machines.check(name)
        return times * pieces / took

    async def express() -> float:
        """A Standard execution could not: its history would have more than 25,000 events."""
        return MANY_ITEMS / await machines.start_sync("express", many)

    executions, steps = await _turns(lambda: rate("three", count, 1), lambda: floor_loop.steps(count, 3))
    passes, bare = await _turns(lambda: rate("map", 5, ITEMS, items), lambda: floor_loop.steps(ITEMS, 1))
    calls, threads = await _turns(lambda: rate("functions", 1, ITEMS, items), lambda: floor_loop.threads(ITEMS))
    large, loop = await _turns(express, lambda: floor_loop.steps(MANY_ITEMS, 1))
    name, aim = "asyncio loop", AIM_EXECUTIONS
    return [
        _line("three states", executions, "executions/s", steps, name, aim),
        _line(f"Map over {ITEMS:,} Pass states", passes, "items/s", bare, name, AIM_ITEMS),
        _line(f"Express, Map over {MANY_ITEMS:,}", large, "items/s", loop, name),
        _line(f"Map over {ITEMS:,} inline functions", calls, "items/s", threads, "threads of a loop"),
    ]


async def _waiting(machines: Machines, emulator: Emulator, count: int) -> list[Line]:
    """Many executions wait for an hour, then all end."""
    await machines.start("waiting", 200)
    before = resident_kb(emulator.pid)
    took = await machines.start("waiting", count)
    each_kb = (resident_kb(emulator.pid) - before) / count
    ended = await machines.advance(HOUR)
    machines.check("waiting")
    floor, what = (_floor_kb(count) - _floor_kb(10)) / count, f"{count:,} waiting"
    return [
        Line("executions", f"{what}, memory each", each_kb, "KB", floor, "asyncio loop", AIM_KB),
        Line("executions", f"{what}, started", count / took, "executions/s"),
        Line("executions", f"{what}, ended together", (count + 200) / ended, "executions/s"),
    ]


def _floor_kb(count: int) -> float:
    with Process(["-m", "benchmarks.floor_loop", str(count)]) as loop:
        loop.read_until("waiting;")
        return resident_kb(loop.pid)


async def _turns(*rates: Callable[[], Awaitable[float]]) -> list[list[float]]:
    """Rates measured in turns."""
    rounds = [[await rate() for rate in rates] for _ in range(ROUNDS)]
    return [list(found) for found in zip(*rounds, strict=True)]


def _line(what: str, found: list[float], unit: str, floor: list[float], name: str, aim: float | None = None) -> Line:
    value, under, spread = percentile(found, 50), percentile(floor, 50), (min(found), max(found))
    return Line("executions", what, value, unit, under, name, aim, True, spread)
