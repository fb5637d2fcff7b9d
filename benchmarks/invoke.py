"""A warm synchronous invocation through HTTP and a worker process."""

from __future__ import annotations

from benchmarks import http_load
from benchmarks.floors import EVENT, client
from benchmarks.harness import Line, Run
from benchmarks.measures import Load, middle, rounds, timed
from benchmarks.process import Emulator, Meter

STACK = '[functions]\necho = "handlers:echo"\n'
HANDLERS = "def echo(event, context):\n    return event\n"
PATH = "/2015-03-31/functions/echo/invocations"
AIM_MS = 2.0


async def run(bench: Run) -> list[Line]:
    pipe = bench.floors.pipe()
    with Emulator(STACK, {"handlers.py": HANDLERS}) as emulator:
        request = http_load.request(emulator.port, "lambda", PATH, EVENT)
        count = bench.count(1000)

        async def some(times: int, connections: int) -> Load:
            return await http_load.load(emulator.port, lambda c: c.send(request), times, connections)

        await some(100, 1)
        echo = await bench.floors.http()
        meter = Meter(emulator)
        single = middle(await rounds(lambda: some(count, 1)))
        own, worker = meter.each(3 * count)
        await some(100, 4)
        echoes = await bench.floors.http(4)
        several = middle(await rounds(lambda: some(count, 4)))
        sdk = client("lambda", emulator.url)
        real = timed(lambda: sdk.invoke(FunctionName="echo", Payload=EVENT)["Payload"].read(), count // 2)
    boto = bench.floors.boto3()
    both = "HTTP echo + pipe"
    return [
        Line("invoke", "warm, p50", single.p50, "ms", echo.p50 + pipe.p50, both, AIM_MS),
        Line("invoke", "warm, p99", single.p99, "ms", echo.p99 + pipe.p99, both),
        Line("invoke", "emulator's CPU each", own, "ms"),
        Line("invoke", "worker's CPU each", worker, "ms"),
        Line("invoke", "4 at once", several.rate, "/s", echoes.rate, "HTTP echo", None, True),
        Line("invoke", "by boto3, p50", real.p50, "ms", boto.p50 + pipe.p50, "boto3 on echo + pipe"),
    ]
