"""A worker process that runs a program of the function's own: ``bootstrap``."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from emulator.runtimes.worker.channel import Link
from emulator.runtimes.worker.process import (
    Ended,
    InvocationMessage,
    OnLog,
    WorkerProcess,
    WorkerResult,
    WorkerSpec,
    _answer,
    _Ends,
    _ignore,
)

from .api import RuntimeApi


class RuntimeApiProcess(WorkerProcess):
    """Like `WorkerProcess`, for any program that speaks the Runtime API.

    Init runs as soon as the process is started and ends when the program first asks for an invocation.
    """

    _api: RuntimeApi

    def _link(self, loop: asyncio.AbstractEventLoop, ends: _Ends) -> Link:
        ends.control.close()
        self._api = RuntimeApi(loop, self._on_frame)
        return self._api

    async def _spawn(self, child: _Ends) -> None:
        assert self.spec.program is not None
        environment = {**self.spec.environment, "AWS_LAMBDA_RUNTIME_API": await self._api.listen()}
        await self._execute(self.spec.program.command, (child.lifeline,), environment, child)

    async def invoke(self, message: InvocationMessage) -> WorkerResult:
        """As `WorkerProcess.invoke`; an init error is the result although the process ended before."""
        if self.ended is not None and self._api.init_error is not None:
            return _answer(*self._api.init_error)
        warm = self.invocations > 0
        result = await super().invoke(message)
        if isinstance(result, Ended) and warm and not self._api.delivered:
            return replace(result, untouched=True)
        return result

    def _on_frame(self, header: dict[str, Any], body: bytes) -> None:
        facts = {} if header["kind"] == "init" else {"memory_mb": _peak_memory(self.pid)}
        super()._on_frame(header | facts, body)


def _peak_memory(pid: int) -> int | None:
    """MB of the program itself, without what it started; None where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) // 1024
    return None


async def start_worker(spec: WorkerSpec, on_log: OnLog = _ignore) -> WorkerProcess:
    """Start the kind of process that ``spec.program`` asks for; for `WorkerPool`.  Raises as `WorkerProcess.start`."""
    runtime_api = spec.program is not None and spec.program.runtime_api
    return await (RuntimeApiProcess if runtime_api else WorkerProcess).start(spec, on_log)
