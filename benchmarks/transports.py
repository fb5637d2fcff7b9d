"""How should a worker process be spoken to?  Measures three transports, the real worker, and the floor below them.

    python benchmarks/transports.py [--warm 3000] [--cold 20] [--loop uvloop|asyncio]

Each child is the same few lines of standard library around ``json``: take an event, answer with it.  Cold is the time
from the decision to start a process to its first answer, warm one round trip of a 300 byte event.

* floor: blocking reads and writes on a pipe, no event loop, a parent that does nothing else
* pipe: two pipes and length-prefixed frames, the parent's ends on the event loop
* socket pair: the same over one Unix socket pair
* http: AWS's Runtime API over loopback HTTP (``GET .../invocation/next``, ``POST .../response``); the child uses
  http.client with one kept connection, the parent a minimal protocol class
* worker: ``emulator.runtimes.worker.WorkerProcess`` with everything it does for AWS's sake
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from emulator.runtimes.worker import Answered, InvocationMessage, WorkerProcess, WorkerSpec, lambda_environment

EVENT = json.dumps({"version": "0", "id": "x" * 36, "detail": {"task": "y" * 200, "n": 1}}).encode()

FRAMES_CHILD = """
import json, os, struct, sys
source, sink = int(sys.argv[1]), int(sys.argv[2])
def read(n):
    data = os.read(source, n)
    while len(data) < n:
        more = os.read(source, n - len(data))
        if not more: os._exit(0)
        data += more
    return data
while True:
    body = json.dumps(json.loads(read(struct.unpack(">I", read(4))[0]))).encode()
    os.write(sink, struct.pack(">I", len(body)) + body)
"""

HTTP_CHILD = """
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
base = "/2018-06-01/runtime/invocation/"
while True:
    connection.request("GET", base + "next")
    response = connection.getresponse()
    body = json.dumps(json.loads(response.read())).encode()
    connection.request("POST", base + response.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", body)
    connection.getresponse().read()
"""


class FloorChild:
    """Blocking pipes."""

    async def start(self) -> None:
        (child_in, self._out), (self._in, child_out) = os.pipe(), os.pipe()
        self._process = spawn(FRAMES_CHILD, child_in, child_out)
        os.close(child_in)
        os.close(child_out)

    async def call(self) -> None:
        os.write(self._out, struct.pack(">I", len(EVENT)) + EVENT)
        size = struct.unpack(">I", os.read(self._in, 4))[0]
        while size:
            size -= len(os.read(self._in, size))

    def stop(self) -> None:
        os.close(self._out)
        os.close(self._in)
        self._process.kill()
        self._process.wait()


class FramesChild:
    """Frames on the event loop; over pipes, or over a socket pair."""

    def __init__(self, pair: bool) -> None:
        self._pair = pair

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._pair:
            own, other = socket.socketpair()
            self._in = self._out = own.detach()
            child_in = child_out = other.detach()
        else:
            (child_in, self._out), (self._in, child_out) = os.pipe(), os.pipe()
        self._process = spawn(FRAMES_CHILD, child_in, child_out)
        for fd in {child_in, child_out}:
            os.close(fd)
        os.set_blocking(self._in, False)
        self._buffer = b""
        self._loop.add_reader(self._in, self._read)

    def _read(self) -> None:
        self._buffer += os.read(self._in, 65536)
        if len(self._buffer) >= 4 and len(self._buffer) == 4 + struct.unpack(">I", self._buffer[:4])[0]:
            self._buffer = b""
            self._answer.set_result(None)

    async def call(self) -> None:
        self._answer = self._loop.create_future()
        os.write(self._out, struct.pack(">I", len(EVENT)) + EVENT)
        await self._answer

    def stop(self) -> None:
        self._loop.remove_reader(self._in)
        for fd in {self._in, self._out}:
            os.close(fd)
        self._process.kill()
        self._process.wait()


class RuntimeApi(asyncio.Protocol):
    """Just enough of the Runtime API's server."""

    def __init__(self, child: HttpChild) -> None:
        self._child = child
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        size = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        if not separator or len(body) < size:
            return
        self._buffer = b""
        if head.startswith(b"GET"):
            self._child.ready(self)
        else:
            self._transport.write(b'HTTP/1.1 202 Accepted\r\nContent-Length: 15\r\n\r\n{"status":"OK"}')
            self._child.answer.set_result(None)

    def send(self, event: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\nContent-Length: {len(event)}\r\n\r\n"
        self._transport.write(head.encode() + event)


class HttpChild:
    """The Runtime API over loopback."""

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_server(lambda: RuntimeApi(self), "127.0.0.1", 0)
        self._process = spawn(HTTP_CHILD, self._server.sockets[0].getsockname()[1])
        self._waiting: RuntimeApi | None = None
        self._event: bytes | None = None

    def ready(self, connection: RuntimeApi) -> None:
        if self._event is None:
            self._waiting = connection
        else:
            event, self._event = self._event, None
            connection.send(event)

    async def call(self) -> None:
        self.answer = self._loop.create_future()
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            self._event = EVENT
        else:
            waiting.send(EVENT)
        await self.answer

    def stop(self) -> None:
        self._server.close()
        self._process.kill()
        self._process.wait()


class RealWorker:
    """The emulator's worker."""

    def __init__(self, directory: str) -> None:
        (Path(directory) / "app.py").write_text("def handler(event, context):\n    return event\n")
        environment = lambda_environment(
            function_name="f",
            handler="app.handler",
            region="us-east-1",
            account="000000000000",
            emulator_address="127.0.0.1:4566",
            task_root=directory,
            host=dict(os.environ),
        )
        self._spec = WorkerSpec("app.handler", directory, environment)
        self._message = InvocationMessage("id", EVENT, "arn", int(time.time() * 1000) + 900_000)

    async def start(self) -> None:
        self._process = await WorkerProcess.start(self._spec)

    async def call(self) -> None:
        result = await self._process.invoke(self._message)
        assert isinstance(result, Answered)

    def stop(self) -> None:
        self._process.kill()


Child = FloorChild | FramesChild | HttpChild | RealWorker


def spawn(script: str, *arguments: int) -> subprocess.Popen[bytes]:
    """A child that inherits the descriptors among ``arguments``."""
    descriptors = [number for number in arguments if number < 1024]
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], pass_fds=descriptors, stderr=subprocess.DEVNULL
    )


async def timed(call: Callable[[], Awaitable[None]]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await call()
    return (time.perf_counter() - began) * 1000


async def measure(name: str, make: Callable[[], Child], cold: int, warm: int) -> None:
    """Print one line of the table."""
    starts = []
    for _ in range(cold):
        child = make()
        began = time.perf_counter()
        await child.start()
        await child.call()
        starts.append((time.perf_counter() - began) * 1000)
        child.stop()
    child = make()
    await child.start()
    for _ in range(50):
        await child.call()
    trips = sorted([await timed(child.call) for _ in range(warm)])
    child.stop()
    p50, p99 = trips[warm // 2], trips[warm * 99 // 100]
    print(f"| {name:<22} | {statistics.median(starts):7.1f} | {p50:8.3f} | {p99:8.3f} |")


async def main(cold: int, warm: int) -> None:
    """All transports, one after the other."""
    print("| transport              | cold ms | warm p50 | warm p99 |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        rows: list[tuple[str, Callable[[], Child]]] = [
            ("floor: blocking pipe", FloorChild),
            ("pipe", lambda: FramesChild(pair=False)),
            ("socket pair", lambda: FramesChild(pair=True)),
            ("http (Runtime API)", HttpChild),
            ("worker (socket pair)", lambda: RealWorker(directory)),
        ]
        for name, make in rows:
            await measure(name, make, cold, warm)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warm", type=int, default=3000)
    parser.add_argument("--cold", type=int, default=20)
    parser.add_argument("--loop", choices=["asyncio", "uvloop"], default="uvloop")
    options = parser.parse_args()
    if options.loop == "uvloop":
        import uvloop

        uvloop.run(main(options.cold, options.warm))
    else:
        asyncio.run(main(options.cold, options.warm))
