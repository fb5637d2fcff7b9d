"""What the worker tests share: a task root, specs, messages."""

from __future__ import annotations

import asyncio
import os
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

import uvloop

from emulator.runtimes.worker import InvocationMessage, WorkerSpec, lambda_environment

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


def write(directory: Path, name: str, source: str) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(source).lstrip("\n"))


def spec(
    directory: Path,
    handler: str = "app.handler",
    runtime: str = "python3.13",
    address: str = "127.0.0.1:1",
    user: Mapping[str, str] | None = None,
    log_format: str = "Text",
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
        host=dict(os.environ),
    )
    return WorkerSpec(handler, str(directory), environment)


def message(event: bytes = b"{}", request_id: str = "id-1", **others: str) -> InvocationMessage:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    return InvocationMessage(request_id, event, arn, int(time.time() * 1000) + 30_000, **others)
