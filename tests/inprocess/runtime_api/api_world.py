"""What the Runtime API tests share: a task root with a bootstrap, processes, and a raw HTTP client."""

from __future__ import annotations

import asyncio
import json
import os
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.runtimes.runtime_api import start_worker
from emulator.runtimes.worker import (
    InvocationMessage,
    WorkerProcess,
    WorkerResult,
    WorkerSpec,
    lambda_environment,
    program_for,
)
from emulator.runtimes.worker.process import OnLog


def write(directory: Path, name: str, source: str, mode: int = 0o644) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(source).lstrip("\n"))
    path.chmod(mode)


def spec(
    directory: Path,
    handler: str = "app.handler",
    runtime: str = "provided.al2023",
    environment_of: str | None = None,
    user: Mapping[str, str] | None = None,
) -> WorkerSpec:
    environment = lambda_environment(
        function_name="f",
        handler=handler,
        region="eu-west-1",
        account="123456789012",
        emulator_address="127.0.0.1:1",
        task_root=str(directory),
        runtime=environment_of or runtime,
        memory_mb=256,
        log_stream="2025/11/25/[$LATEST]0123456789abcdef0123456789abcdef",
        user=user,
        host=dict(os.environ),
    )
    return WorkerSpec(handler, str(directory), environment, program=program_for(runtime, directory, 256))


def message(event: bytes = b"{}", request_id: str = "id-1", **others: Any) -> InvocationMessage:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    return InvocationMessage(request_id, event, arn, int(time.time() * 1000) + 30_000, **others)


async def once(spec: WorkerSpec, message: InvocationMessage, on_log: OnLog = lambda *_: None) -> WorkerResult:
    process = await start_worker(spec, on_log)
    try:
        return await process.invoke(message)
    finally:
        await end(process)


async def end(process: WorkerProcess) -> None:
    process.kill()
    await process.wait()


class Client:
    """A runtime client that does what the test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, address: str) -> Client:
        host, _, port = address.rpartition(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    def begin(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        lines = [f"{method} /2018-06-01/runtime/{path} HTTP/1.1", "Host: runtime", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        return int(head[0].split()[1]), headers, await self.reader.readexactly(int(headers["content-length"]))

    async def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        self.begin(method, path, body, headers)
        return await self.answer()

    async def post(self, path: str, value: object) -> tuple[int, object]:
        status, _, body = await self.call("POST", path, json.dumps(value).encode())
        return status, json.loads(body)
