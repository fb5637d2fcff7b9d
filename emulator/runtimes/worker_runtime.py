"""Handlers in processes of their own: isolated, killed at their timeout, restarted when the code changes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from emulator.core import timestamps
from emulator.core.ground import Ground
from emulator.runtimes import payloads
from emulator.runtimes.base import FunctionSpec, Invocation, Outcome, log_stream
from emulator.runtimes.worker import Answered, Ended, InvocationMessage, WorkerPool, WorkerProcess, WorkerSpec
from emulator.runtimes.worker.environment import host_environment, lambda_environment

shown = logging.getLogger("emulator.function")
"""What handlers print, for the terminal."""


@dataclass(slots=True)
class _Listener:
    """Where the lines of one process go at the moment; they arrive with the id of the invocation they belong to."""

    request_id: str = ""
    log: Callable[[str], None] = lambda line: None
    name: str = ""

    def hear(self, request_id: str | None, stream: str, line: str) -> None:
        shown.info("%s: %s", self.name, line)
        if request_id is None or request_id == self.request_id:
            self.log(line)


class WorkerRuntime:
    """Runs Python handlers in warm processes, one invocation at a time in each."""

    def __init__(self, ground: Ground, pool: WorkerPool | None = None) -> None:
        self._ground = ground
        self._pool = pool or WorkerPool()
        self._listeners: dict[WorkerProcess, _Listener] = {}
        self._specs: dict[str, tuple[str, WorkerSpec]] = {}

    def supports(self, function_runtime: str) -> bool:
        """Python only; the interpreter is the emulator's own, whichever version the function asks for."""
        return function_runtime.startswith("python")

    async def invoke(self, function: FunctionSpec, invocation: Invocation) -> Outcome:
        """Run the handler in an idle process or a new one; a process that overruns is killed at that instant.

        The timeout covers a cold start, as on AWS when init runs again inside the invocation.
        """
        run = _Run(self._ground, function, invocation)
        spec = self._spec(function)
        key = _key(function)
        listener = _Listener(invocation.request_id, invocation.log, function.name)
        try:
            process = await self._pool.acquire(key, spec, listener.hear)
        except OSError as error:
            missing = not function.directory.is_dir()
            return run.failed(payloads.cannot_start(invocation.request_id, error, missing), "error")
        self._listeners = {known: heard for known, heard in self._listeners.items() if known.ended is None}
        heard = self._listeners.setdefault(process, listener)
        heard.request_id, heard.log = invocation.request_id, invocation.log
        try:
            result = await run.in_process(process)
        except BaseException:
            self._pool.discard(process)
            raise
        stream = spec.environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._pool.release(process)
        return run.outcome(result, stream)

    def _spec(self, function: FunctionSpec) -> WorkerSpec:
        """One for all processes of a revision: the pool reuses a process only for an equal one."""
        known = self._specs.get(_key(function))
        if known is None or known[0] != function.revision:
            known = self._specs[_key(function)] = (function.revision, self._new_spec(function))
        return known[1]

    def _new_spec(self, function: FunctionSpec) -> WorkerSpec:
        date = timestamps.iso_seconds(self._ground.clock.now())[:10].replace("-", "/")
        environment = lambda_environment(
            function_name=function.name,
            handler=function.handler,
            region=function.region,
            account=function.account,
            emulator_address=urlsplit(self._ground.base_url).netloc,
            task_root=str(function.directory),
            runtime=function.runtime,
            function_version=function.version,
            memory_mb=function.memory,
            log_group=function.log_group or None,
            log_stream=log_stream(date, function.version, self._ground.ids.hex(32)),
            log_format=function.log_format,
            endpoint_url=self._ground.base_url,
            user=function.environment,
            host=host_environment(),
        )
        return WorkerSpec(function.handler, str(function.directory), environment)

    def forget(self, arn: str) -> None:
        """Running invocations finish with the old code, later ones start anew."""
        for key in [key for key in self._specs if key.startswith(arn + ":")]:
            del self._specs[key]
            self._pool.restart(key)

    def reload(self) -> None:
        """The same for every function."""
        for key in self._specs:
            self._pool.restart(key)

    async def close(self) -> None:
        """Kill every process."""
        await self._pool.close()


def _key(function: FunctionSpec) -> str:
    return f"{function.arn}:{function.version}"


class _Run:
    """One invocation's time, and its end in AWS's words."""

    def __init__(self, ground: Ground, function: FunctionSpec, invocation: Invocation) -> None:
        self._ground = ground
        self._function = function
        self._invocation = invocation
        self._process: WorkerProcess | None = None
        self._spent = False
        self._budget = invocation.unit.budget(function.timeout, self._kill)

    def _kill(self) -> None:
        self._spent = True
        if self._process is not None:
            self._process.kill()

    async def in_process(self, process: WorkerProcess) -> Answered | Ended:
        self._process = process
        if self._spent:  # while the process was starting
            process.kill()
        left = self._budget.remaining()
        message = InvocationMessage(
            request_id=self._invocation.request_id,
            event=self._invocation.payload,
            function_arn=self._invocation.invoked_arn,
            deadline_ms=int((self._ground.clock.wall() + left) * 1000),
            trace_id=self._invocation.trace_header or None,
            client_context=self._invocation.client_context,
        )
        return await process.invoke(message)

    def outcome(self, result: Answered | Ended, stream: str) -> Outcome:
        request_id = self._invocation.request_id
        if isinstance(result, Answered):
            init = None if result.init_ms is None else result.init_ms / 1000
            status = "error" if result.in_init else ""
            return Outcome(
                *(result.payload, result.error_type, status, self._duration(), init, result.memory_mb, stream)
            )
        if self._spent and result.killed:
            error = payloads.timed_out(request_id, self._function.timeout)
            return self.failed(error, "timeout", stream)
        return self.failed(result.error(request_id), "error", stream)

    def failed(self, error: payloads.PlatformError, status: str, stream: str = "") -> Outcome:
        return Outcome(error.payload, error.error_type, status, self._duration(), log_stream=stream)

    def _duration(self) -> float:
        used = self._function.timeout - self._budget.remaining()
        self._budget.cancel()
        return used
