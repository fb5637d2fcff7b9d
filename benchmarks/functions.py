"""Functions by runtime: cold starts, warm invocations with 1, 4 and 16 callers at once, each beside its floor."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from functools import partial

from benchmarks import http_load
from benchmarks.floors import EVENT
from benchmarks.harness import Line, Run
from benchmarks.measures import Load, alternately, percentile
from benchmarks.process import Emulator

CALLERS = (1, 4, 16)
AIM_COLD_MS, AIM_OVER_ECHO_MS = 60.0, 1.0
COLD = 20
"""Functions that are invoked for the first time, one after the other."""

PYTHON = "def handler(event, context):\n    return event\n"
NODE = "export const handler = async (event) => event;\n"
BOOTSTRAP = f"#!{sys.executable} -IS\n" + textwrap.dedent(
    """
    # A client of the Lambda Runtime API that cannot be beaten in Python: one socket, requests written by hand.
    import os, socket, re
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    api = socket.create_connection((host, int(port)))
    api.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    base = b"/2018-06-01/runtime/invocation/"
    def ask(method, path, body=b""):
        head = b"%s %s HTTP/1.1\\r\\nHost: api\\r\\nContent-Length: %d\\r\\n\\r\\n" % (method, base + path, len(body))
        api.sendall(head + body)
        data = b""
        while b"\\r\\n\\r\\n" not in data:
            data += api.recv(65536)
        head, _, body = data.partition(b"\\r\\n\\r\\n")
        length = int(re.search(rb"(?i)content-length: *(\\d+)", head)[1])
        while len(body) < length:
            body += api.recv(65536)
        return head, body
    while True:
        head, event = ask(b"GET", b"next")
        name = re.search(rb"(?i)lambda-runtime-aws-request-id: *(\\S+)", head)[1]
        ask(b"POST", name + b"/response", event)
    """
)
BARE_PYTHON = [sys.executable, "-ISc", "import os; os.write(1, os.read(0, 65536))"]
BARE_NODE = ["node", "-e", "process.stdin.once('data', (d) => { process.stdout.write(d, () => process.exit()); });"]


def names() -> list[str]:
    """The runtimes that this machine has; ``inline`` has an emulator of its own."""
    return ["inline", "Python", *(["Node"] if shutil.which("node") else []), "Runtime API"]


def stack(kind: str) -> tuple[str, dict[str, str]]:
    """A stack of one warm and many cold functions of a runtime, and its files."""
    lines, files = ["[emulator]", f'runtime = "{"inline" if kind == "inline" else "worker"}"'], {}
    for function in ("warm", *(f"cold{number}" for number in range(COLD))):
        lines.append(f"[functions.{function}]")
        if kind == "Runtime API":
            lines += ['handler = "any"', f'code = "{function}"', 'runtime = "provided.al2023"']
            files[f"{function}/bootstrap"] = BOOTSTRAP
        else:
            files[f"{function}.mjs" if kind == "Node" else f"{function}.py"] = NODE if kind == "Node" else PYTHON
            lines.append(f'handler = "{function}.handler"')
    return "\n".join(lines), files


async def run(bench: Run) -> list[Line]:
    lines: list[Line] = []
    for kind in names():
        text, files = stack(kind)
        with Emulator(text, files) as emulator:
            lines += await _cold(kind, emulator)
            lines += await _warm(kind, emulator, bench)
    return lines


async def _cold(kind: str, emulator: Emulator) -> list[Line]:
    """First invocations and starts of bare processes in turns."""
    bare = None if kind == "inline" else BARE_NODE if kind == "Node" else BARE_PYTHON
    taken: list[float] = []
    floors: list[float] = []
    for number in range(COLD):
        load = await http_load.load(emulator.port, partial(_send, _request(emulator, f"cold{number}")), 1)
        taken += load.durations
        if bare is not None:
            floors.append(_first_answer(bare))
    aim = AIM_COLD_MS if kind == "Python" else None
    floor = percentile(floors, 50) if floors else None
    p50, spread = percentile(taken, 50), (min(taken), max(taken))
    return [Line("functions", f"{kind}, cold, p50", p50, "ms", floor, "bare process", aim, spread=spread)]


async def _warm(kind: str, emulator: Emulator, bench: Run) -> list[Line]:
    request, lines = _request(emulator, "warm"), []
    for callers in CALLERS:
        count = bench.count(1000)

        async def some(callers: int = callers, count: int = count) -> Load:
            return await http_load.load(emulator.port, partial(_send, request), count, callers)

        async def echoes(callers: int = callers, count: int = count) -> Load:
            return await bench.floors.http(callers, count=count)

        await some()
        found, echo, pipe = await alternately(some, echoes, bench.floors.pipe)
        what = f"{kind}, {callers} at once"
        through = kind != "inline" and callers == 1  # more processes answer together than one pipe can show
        floor, name = (echo.p50 + pipe.p50, "HTTP echo + pipe") if through else (echo.p50, "HTTP echo")
        floor99 = echo.p99 + pipe.p99 if through else echo.p99
        aim = echo.p50 + AIM_OVER_ECHO_MS if callers == 1 else None
        rates = found.spread("rate")
        lines += [
            Line("functions", f"{what}, p50", found.p50, "ms", floor, name, aim, spread=found.spread("p50")),
            Line("functions", f"{what}, p99", found.p99, "ms", floor99, name, spread=found.spread("p99")),
            Line("functions", what, found.rate, "/s", echo.rate, "HTTP echo", spread=rates),
        ]
    return lines


def _request(emulator: Emulator, function: str) -> bytes:
    return http_load.request(emulator.port, "lambda", f"/2015-03-31/functions/{function}/invocations", EVENT)


async def _send(request: bytes, connection: http_load.HttpConnection) -> None:
    await connection.send(request)


def _first_answer(command: Sequence[str]) -> float:
    """Milliseconds until a process that was just started has sent an event back through its pipes."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        child.stdin.write(EVENT)
        child.stdout.read(len(EVENT))
        took = (time.perf_counter() - began) * 1000
    child.wait()
    return took
