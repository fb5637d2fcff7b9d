"""The floors: what the same client gets from servers and processes that do nothing."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from typing import Any

from benchmarks import http_load, ws_load
from benchmarks.measures import Load, timed
from benchmarks.process import Process

_PIPE_CHILD = """
import json, os, struct, sys
source, sink = int(sys.argv[1]), int(sys.argv[2])
while True:
    head = os.read(source, 4)
    if not head: os._exit(0)
    body = json.dumps(json.loads(os.read(source, struct.unpack(">I", head)[0]))).encode()
    os.write(sink, struct.pack(">I", len(body)) + body)
"""
EVENT = json.dumps({"version": "0", "id": "x" * 36, "detail": {"task": "y" * 200, "n": 1}}).encode()
FRAME = json.dumps({"action": "echo", "task": {"id": "t-1", "type": "report", "data": {"name": "Ada"}}}).encode()


class Floors:
    """The bare servers; a context manager.  Figures are measured when they are asked for."""

    def __init__(self) -> None:
        self.server = Process(["-m", "benchmarks.floor_server"])
        found = re.search(r"port (\d+);", self.server.read_until(";"))
        assert found
        self.port = int(found[1])
        self._client: Any = None

    def __enter__(self) -> Floors:
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.stop()

    async def http(self, connections: int = 1, body: bytes = EVENT, count: int = 1500) -> Load:
        """Bare HTTP echoes: a request as the SDKs send it, answered with its own body."""
        message = http_load.request(self.port, "events", "/", body, {"Content-Type": "application/x-amz-json-1.1"})
        return await http_load.load(self.port, lambda c: c.send(message), count, connections)

    async def socket(self, count: int = 1500) -> Load:
        """Bare WebSocket echoes."""
        return await ws_load.echoes(self.port, count, FRAME)

    async def boto3(self, count: int = 300) -> Load:
        """What one boto3 call costs when the server does nothing: ``put_events`` against the bare echo."""
        if self._client is None:
            self._client = client("events", f"http://127.0.0.1:{self.port}")
        entries = [{"Source": "a", "DetailType": "b", "Detail": "{}", "EventBusName": "c"}]
        timed(lambda: self._client.put_events(Entries=entries), 20)
        return timed(lambda: self._client.put_events(Entries=entries), count)

    async def pipe(self, count: int = 1000) -> Load:
        """An event to a Python process and back through pipes, read and written blocking."""
        return _pipe_trips(count)


def client(service: str, url: str) -> Any:
    """A boto3 client for ``url`` with test credentials."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )


def _pipe_trips(count: int) -> Load:
    (child_in, out), (into, child_out) = os.pipe(), os.pipe()
    command = [sys.executable, "-c", _PIPE_CHILD, str(child_in), str(child_out)]
    child = subprocess.Popen(command, pass_fds=(child_in, child_out))
    os.close(child_in)
    os.close(child_out)

    def trip() -> None:
        os.write(out, struct.pack(">I", len(EVENT)) + EVENT)
        os.read(into, struct.unpack(">I", os.read(into, 4))[0])

    try:
        timed(trip, 50)
        return timed(trip, count)
    finally:
        os.close(out)
        os.close(into)
        child.wait()
