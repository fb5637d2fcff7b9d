"""PutEvents on buses with 1, 300 and 1,000 rules; every event matches one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from benchmarks import http_load
from benchmarks.harness import Line, Run
from benchmarks.http_load import HttpConnection
from benchmarks.measures import Load, alternately
from benchmarks.process import Emulator, Meter

SIZES = (1, 300, 1000)
AIM = 0.8
ROUNDS = 7
DETAIL = json.dumps({"id": "order-1", "total": 12.5, "items": [{"sku": "a-1", "count": 2}], "note": "x" * 150})


def stack() -> str:
    """A bus of each size, rules as SocketTasks makes them: one per detail type; and one with a queue as target."""
    lines = ["[emulator]", "enforce_quotas = false", "[queues.out]", "[buses.queued]"]
    lines += ["[rules.to-queue]", 'bus = "queued"', 'pattern = {"detail-type" = ["type-0"]}', 'target = "queue:out"']
    for size in SIZES:
        lines += [f"[buses.bus-{size}]"]
        for number in range(size):
            lines += [f"[rules.rule-{size}-{number}]", f'bus = "bus-{size}"']
            lines += [f'pattern = {{source = ["shop"], "detail-type" = ["type-{number}"]}}']
    return "\n".join(lines)


def requests(port: int, bus: str, types: int) -> Iterator[bytes]:
    """Endless PutEvents calls with one entry each, going round the detail types."""
    made = []
    for number in range(types):
        entry = {"Source": "shop", "DetailType": f"type-{number}", "Detail": DETAIL, "EventBusName": bus}
        made.append(http_load.json_request(port, "events", "AWSEvents.PutEvents", {"Entries": [entry]}, "1.1"))
    while True:
        yield from made


async def load(port: int, messages: Iterator[bytes], count: int) -> Load:
    async def step(connection: HttpConnection) -> None:
        answer = await connection.send(next(messages))
        assert b'"FailedEntryCount":0' in answer.replace(b" ", b""), answer

    return await http_load.load(port, step, count, 8)


async def run(bench: Run) -> list[Line]:
    count = bench.count(1500)
    with Emulator(stack()) as emulator:
        port = emulator.port
        messages = {size: requests(port, f"bus-{size}", size) for size in SIZES}
        queued = requests(port, "queued", 1)
        cpu = dict.fromkeys(SIZES, 0.0)

        async def on_bus(size: int, times: int) -> Load:
            meter = Meter(emulator)
            found = await load(port, messages[size], times)
            cpu[size] += meter.each(ROUNDS * count)[0]
            return found

        for size in SIZES:
            await load(port, messages[size], 200)
        *by_size, to_queue, echo = await alternately(
            *(partial(on_bus, size, count) for size in SIZES),
            lambda: load(port, queued, count),
            lambda: bench.floors.http(8),
            times=ROUNDS,
        )
    lines = [
        Line("put_events", _rules(size), found.rate, "/s", echo.rate, "HTTP echo", spread=found.spread("rate"))
        for size, found in zip(SIZES, by_size, strict=True)
    ]
    one, most = by_size[0].rate, by_size[-1].rate
    lines.append(Line("put_events", f"{_rules(SIZES[-1])} against 1", most, "/s", one, "1 rule", AIM * one, True))
    lines += [Line("put_events", f"emulator's CPU each, {_rules(size)}", cpu[size], "ms") for size in SIZES]
    spread = to_queue.spread("rate")
    lines.append(Line("put_events", "1 rule, to a queue", to_queue.rate, "/s", echo.rate, "HTTP echo", spread=spread))
    return lines


def _rules(size: int) -> str:
    return f"{size:,} rule{'s' * (size > 1)}"
