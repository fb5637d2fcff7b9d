"""HTTP APIs and REST APIs: requests through a Lambda proxy integration, beside the bare ASGI echo."""

from __future__ import annotations

from functools import partial

from benchmarks import http_load
from benchmarks.floors import client
from benchmarks.harness import Line, Run
from benchmarks.measures import Load, alternately
from benchmarks.process import Emulator, Meter

STACK = """
[emulator]
runtime = "%s"
[functions]
answer = "answer:handler"
[http_apis.door.routes]
"POST /orders/{id}" = "answer"
[rest_apis.door.routes]
"POST /orders/{id}" = "answer"
"""
HANDLERS = """
import json
HEADERS = {"Content-Type": "application/json"}

def handler(event, context):
    body = json.dumps({"id": event["pathParameters"]["id"], "size": len(event["body"])})
    return {"statusCode": 200, "headers": HEADERS, "body": body}
"""
BODY = b'{"items": [{"sku": "a-1", "count": 2}], "note": "' + b"x" * 150 + b'"}'
CALLERS = 16


async def run(bench: Run) -> list[Line]:
    lines: list[Line] = []
    for runtime in ("inline", "worker"):
        with Emulator(STACK % runtime, {"answer.py": HANDLERS}) as emulator:
            for door, request in requests(emulator).items():
                lines += await _door(bench, f"{door}, {runtime}", request, emulator)
    return lines


def requests(emulator: Emulator) -> dict[str, bytes]:
    """A POST to each API, at its own host name."""
    (http_api,) = client("apigatewayv2", emulator.url).get_apis()["Items"]
    (rest_api,) = client("apigateway", emulator.url).get_rest_apis()["items"]
    found = {}
    for door, api, path in (
        ("HTTP API", http_api["ApiId"], "/orders/7"),
        ("REST API", rest_api["id"], "/dev/orders/7"),
    ):
        host = f"{api}.execute-api.us-east-1.amazonaws.com"
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        found[door] = f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    return found


async def _door(bench: Run, what: str, request: bytes, emulator: Emulator) -> list[Line]:
    port, count = emulator.port, bench.count(1000)

    async def send(connection: http_load.HttpConnection) -> None:
        answer = await connection.send(request)
        assert answer.startswith(b'{"id": "7"'), answer

    async def some(callers: int) -> Load:
        return await http_load.load(port, send, count, callers)

    await some(CALLERS)
    one, many, echo, echoes = await alternately(
        partial(some, 1),
        partial(some, CALLERS),
        partial(bench.floors.http, 1, BODY),
        partial(bench.floors.http, CALLERS, BODY),
    )
    meter = Meter(emulator)
    await some(CALLERS)
    own, _ = meter.each(count)
    rates = many.spread("rate")
    return [
        Line("doors", f"{what}, p50", one.p50, "ms", echo.p50, "ASGI echo", spread=one.spread("p50")),
        Line("doors", f"{what}, p99", one.p99, "ms", echo.p99, "ASGI echo", spread=one.spread("p99")),
        Line("doors", f"{what}, {CALLERS} at once", many.rate, "/s", echoes.rate, "ASGI echo", spread=rates),
        Line("doors", f"{what}, emulator's CPU each", own, "ms"),
    ]
