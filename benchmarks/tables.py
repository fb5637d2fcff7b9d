"""A table: PutItem, and how long it takes from a write to the function at the table's stream."""

from __future__ import annotations

import json
import time
from itertools import count as counter

from benchmarks import http_load
from benchmarks.floors import EVENT, client
from benchmarks.harness import Line, Run
from benchmarks.idle import until_idle
from benchmarks.measures import Load, Rounds, alternately, timed
from benchmarks.process import Emulator, Meter

STACK = """
[emulator]
runtime = "%s"
[tables.plain]
key = "id"
[tables.watched]
key = "id"
stream = "NEW_IMAGE"
[functions]
watch = "watch:handler"
[mappings.watched]
table = "watched"
function = "watch"
batch_size = 10
"""
HANDLERS = """
import time
taken = []

def handler(event, context):
    now = time.monotonic()
    if "Records" not in event:
        found = list(taken)
        taken.clear()
        return found
    taken.extend(now - float(record["dynamodb"]["NewImage"]["at"]["S"]) for record in event["Records"])
"""
ITEM = {"status": {"S": "PENDING"}, "payload": {"S": "x" * 200}, "n": {"N": "12.5"}}
CALLERS = 8
keys = counter()


def put(port: int, table: str) -> bytes:
    """A PutItem of a new item, which tells when it was made."""
    item = {**ITEM, "id": {"S": f"item-{next(keys)}"}, "at": {"S": repr(time.monotonic())}}
    return http_load.json_request(port, "dynamodb", "DynamoDB_20120810.PutItem", {"TableName": table, "Item": item})


async def run(bench: Run) -> list[Line]:
    with Emulator(STACK % "inline", {"watch.py": HANDLERS}) as emulator:
        lines = await _puts(bench, emulator)
        lines += await _stream(bench, emulator, "inline")
    with Emulator(STACK % "worker", {"watch.py": HANDLERS}) as emulator:
        lines += await _stream(bench, emulator, "worker")
    return lines


async def _puts(bench: Run, emulator: Emulator) -> list[Line]:
    floors, port, times = bench.floors, emulator.port, bench.count(1000)
    sdk = client("dynamodb", emulator.url)

    async def puts(callers: int) -> Load:
        return await http_load.load(port, lambda c: c.send(put(port, "plain")), times, callers)

    async def by_boto3() -> Load:
        item = {**ITEM, "id": {"S": "one"}}
        return timed(lambda: sdk.put_item(TableName="plain", Item=item), times // 2)

    await puts(1)
    meter = Meter(emulator)
    one, echo = await alternately(lambda: puts(1), floors.http)
    many, echoes = await alternately(lambda: puts(CALLERS), lambda: floors.http(CALLERS))
    cpu, _ = meter.each(len(one.loads) * 2 * times)
    real, boto = await alternately(by_boto3, floors.boto3)
    rates = many.spread("rate")
    return [
        Line("tables", "PutItem, p50", one.p50, "ms", echo.p50, "HTTP echo", spread=one.spread("p50")),
        Line("tables", "PutItem, p99", one.p99, "ms", echo.p99, "HTTP echo", spread=one.spread("p99")),
        Line("tables", f"PutItem, {CALLERS} at once", many.rate, "/s", echoes.rate, "HTTP echo", spread=rates),
        Line("tables", "PutItem, emulator's CPU each", cpu, "ms"),
        Line("tables", "PutItem by boto3, p50", real.p50, "ms", boto.p50, "boto3 on echo", spread=real.spread("p50")),
    ]


async def _stream(bench: Run, emulator: Emulator, runtime: str) -> list[Line]:
    """Writes one after the other; from the moment before each until its function has it (one system-wide clock)."""
    port, times = emulator.port, bench.count(500)
    rounds = Rounds([])
    for number in range(6):
        began = time.perf_counter()
        await http_load.load(port, lambda c: c.send(put(port, "watched")), times)
        took = time.perf_counter() - began
        await until_idle(port, timers=10)
        found = await _taken(port)
        if len(found) != times:
            raise RuntimeError(f"{len(found)} of {times} records came to the function")
        if number:  # the first round starts what has not run yet
            rounds.loads.append(Load([seconds * 1000 for seconds in found], took))
    what, echo = f"write to function, {runtime}", await bench.floors.http()
    return [
        Line("tables", f"{what}, p50", rounds.p50, "ms", echo.p50, "HTTP echo", spread=rounds.spread("p50")),
        Line("tables", f"{what}, p99", rounds.p99, "ms", echo.p99, "HTTP echo", spread=rounds.spread("p99")),
    ]


async def _taken(port: int) -> list[float]:
    """What the function has seen since it was last asked, in seconds from write to function."""
    path = "/2015-03-31/functions/watch/invocations"
    connection = await http_load.HttpConnection.open(port)
    found: list[float] = json.loads(await connection.send(http_load.request(port, "lambda", path, EVENT)))
    connection.close()
    return found
