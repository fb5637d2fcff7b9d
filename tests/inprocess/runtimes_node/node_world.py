"""What the Node worker tests share: a task root, one warm process per handler file, messages."""

from __future__ import annotations

import asyncio
import json
import os
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.runtimes.worker import (
    Answered,
    InvocationMessage,
    WorkerProcess,
    WorkerResult,
    WorkerSpec,
    lambda_environment,
    program_for,
)


def write(directory: Path, name: str, source: str) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(source).lstrip("\n"))


def spec(
    directory: Path,
    handler: str = "index.handler",
    runtime: str = "nodejs20.x",
    address: str = "127.0.0.1:1",
    user: Mapping[str, str] | None = None,
    log_format: str = "Text",
    host: Mapping[str, str] | None = None,
) -> WorkerSpec:
    environment = lambda_environment(
        function_name="f",
        handler=handler,
        region="eu-west-1",
        account="123456789012",
        emulator_address=address,
        task_root=str(directory),
        runtime=runtime,
        memory_mb=256,
        log_stream="2025/11/25/[$LATEST]0123456789abcdef0123456789abcdef",
        log_format=log_format,
        user=user,
        host={**os.environ, **(host or {})},
    )
    return WorkerSpec(handler, str(directory), environment, program=program_for(runtime, directory, 256))


def message(event: bytes = b"{}", request_id: str = "id-1", **others: Any) -> InvocationMessage:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    return InvocationMessage(request_id, event, arn, int(time.time() * 1000) + 30_000, **others)


class World:
    """One process per runtime, started again after it ended; the handler does what the event says."""

    def __init__(self, directory: Path, runner: asyncio.Runner) -> None:
        self.directory = directory
        self.runner = runner
        self.logs: list[str] = []
        self.processes: dict[str, WorkerProcess] = {}

    def do(self, what: str, runtime: str = "nodejs20.x", **others: str) -> WorkerResult:
        process = self.processes.get(runtime)
        if process is None or not process.alive:
            start = WorkerProcess.start(spec(self.directory, runtime=runtime), self._hear)
            process = self.processes[runtime] = self.runner.run(start)
        self.logs.clear()
        return self.runner.run(process.invoke(message(json.dumps({"do": what}).encode(), **others)))

    def once(self, handler: str, runtime: str = "nodejs20.x", **others: Any) -> WorkerResult:
        async def run() -> WorkerResult:
            process = await WorkerProcess.start(spec(self.directory, handler, runtime, **others), self._hear)
            try:
                return await process.invoke(message())
            finally:
                process.kill()
                await process.wait()

        self.logs.clear()
        return self.runner.run(run())

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            self.runner.run(process.wait())

    def _hear(self, request_id: str | None, stream: str, line: str) -> None:
        self.logs.append(line)


def value(result: WorkerResult) -> Any:
    assert isinstance(result, Answered)
    assert result.error_type is None, result.payload
    return json.loads(result.payload)


def error(result: WorkerResult) -> tuple[str, str]:
    """Type and message."""
    assert isinstance(result, Answered)
    body = json.loads(result.payload)
    assert list(body)[:2] == ["errorType", "errorMessage"]
    assert result.error_type == body["errorType"]
    assert "bootstraps" not in result.payload.decode()  # nothing of where the emulator is installed
    return body["errorType"], body["errorMessage"]
