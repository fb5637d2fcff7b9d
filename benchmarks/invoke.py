"""A warm synchronous invocation through HTTP and a worker process."""

from __future__ import annotations

from benchmarks import http_load
from benchmarks.floors import EVENT, client
from benchmarks.harness import Line, Run
from benchmarks.measures import Load, alternately, timed
from benchmarks.process import Emulator, Meter

STACK = '[functions]\necho = "handlers:echo"\n'
HANDLERS = "def echo(event, context):\n    return event\n"
PATH = "/2015-03-31/functions/echo/invocations"
AIM_MS = 2.0


async def run(bench: Run) -> list[Line]:
    floors, count = bench.floors, bench.count(1000)
    with Emulator(STACK, {"handlers.py": HANDLERS}) as emulator:
        request = http_load.request(emulator.port, "lambda", PATH, EVENT)
        sdk = client("lambda", emulator.url)

        async def some(connections: int) -> Load:
            return await http_load.load(emulator.port, lambda c: c.send(request), count, connections)

        async def by_boto3() -> Load:
            return timed(lambda: sdk.invoke(FunctionName="echo", Payload=EVENT)["Payload"].read(), count // 2)

        await some(1)
        meter = Meter(emulator)
        single, echo, pipe = await alternately(lambda: some(1), floors.http, floors.pipe)
        own, worker = meter.each(len(single.loads) * count)
        await some(4)
        several, echoes = await alternately(lambda: some(4), lambda: floors.http(4))
        real, boto = await alternately(by_boto3, floors.boto3)
    both = "HTTP echo + pipe"
    p50, p99 = echo.p50 + pipe.p50, echo.p99 + pipe.p99
    by_sdk = "boto3 on echo + pipe"
    return [
        Line("invoke", "warm, p50", single.p50, "ms", p50, both, AIM_MS, spread=single.spread("p50")),
        Line("invoke", "warm, p99", single.p99, "ms", p99, both, spread=single.spread("p99")),
        Line("invoke", "emulator's CPU each", own, "ms"),
        Line("invoke", "worker's CPU each", worker, "ms"),
        Line("invoke", "4 at once", several.rate, "/s", echoes.rate, "HTTP echo", spread=several.spread("rate")),
        Line("invoke", "by boto3, p50", real.p50, "ms", boto.p50 + pipe.p50, by_sdk, spread=real.spread("p50")),
    ]
