"""Handlers in processes of their own: isolated, killed at their timeout, restarted when the code changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from emulator.core import timestamps
from emulator.core.ground import Ground
from emulator.core.timers import TimerKind
from emulator.runtimes import payloads
from emulator.runtimes.base import FunctionSpec, Invocation, Outcome, log_stream
from emulator.runtimes.runtime_api import start_worker
from emulator.runtimes.worker import (
    Answered,
    Ended,
    InvocationMessage,
    WorkerPool,
    WorkerProcess,
    WorkerSpec,
    supports,
)
from emulator.runtimes.worker.environment import host_environment
from emulator.runtimes.worker.memory import MemoryWatch
from emulator.runtimes.worker.process import OnLog
from emulator.runtimes.worker_spec import worker_spec

shown = logging.getLogger("emulator.function")
"""What handlers print, for the terminal."""

INIT_LIMIT = 10.0
"""Seconds that loading a handler may take before the function's own time begins (AWS docs, "Understanding the Lambda
execution environment lifecycle")."""


@dataclass(slots=True)
class _Environment:
    """One process as its invocations see it; lines arrive with the id of the invocation they belong to."""

    name: str
    stream: str
    cold: bool = True
    request_id: str = ""
    log: Callable[[str], None] = lambda line: None
    used: int = 0

    def begin(self, invocation: Invocation) -> bool:
        """Lines go to this invocation from now on; True for the environment's first one."""
        cold, self.cold = self.cold, False
        self.used += 1
        self.request_id, self.log = invocation.request_id, invocation.log
        invocation.started(self.stream, cold)
        return cold

    def hear(self, request_id: str | None, stream: str, line: str) -> None:
        shown.info("%s: %s", self.name, line)
        if request_id is None or request_id == self.request_id:
            self.log(line)


class WorkerRuntime:
    """Runs handlers in warm processes, one invocation at a time in each."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._pool = WorkerPool(self._start)
        self._environments: WeakKeyDictionary[WorkerProcess, _Environment] = WeakKeyDictionary()
        self._specs: dict[str, tuple[str, WorkerSpec]] = {}

    def supports(self, function_runtime: str, directory: Path, layers: Sequence[Path] = ()) -> bool:
        """Python by the emulator's own interpreter, Node by the machine's ``node``, and whatever brings a bootstrap."""
        return supports(function_runtime, directory, layers)

    async def invoke(self, function: FunctionSpec, invocation: Invocation) -> Outcome:
        """Run the handler in an idle process or a new one; a process that overruns is killed at that instant."""
        run = _Run(self._ground, function, invocation)
        while True:
            try:
                process = await self._pool.acquire(_key(function), self._spec(function))
            except OSError as error:
                missing = not function.directory.is_dir()
                return run.failed(payloads.cannot_start(invocation.request_id, error, missing), "error")
            environment = self._environments[process]
            try:
                result = await run.in_process(process, environment)
            except BaseException:
                self._pool.discard(process)
                raise
            self._pool.release(process)
            if not (isinstance(result, Ended) and result.untouched) or run.spent:
                break  # otherwise it ended before it saw the invocation: another one takes it
        self._end_when_idle(process, environment)
        return run.outcome(result, environment.stream)

    async def _start(self, spec: WorkerSpec, on_log: OnLog) -> WorkerProcess:
        """A process with a log stream of its own."""
        del on_log
        date = timestamps.iso_seconds(self._ground.clock.now())[:10].replace("-", "/")
        stream = log_stream(date, spec.environment["AWS_LAMBDA_FUNCTION_VERSION"], self._ground.ids.hex(32))
        environment = _Environment(spec.environment["AWS_LAMBDA_FUNCTION_NAME"], stream)
        own = {**spec.environment, "AWS_LAMBDA_LOG_STREAM_NAME": stream}
        process = await start_worker(replace(spec, environment=own), environment.hear)
        process.spec = spec  # by which the pool finds it again
        self._environments[process] = environment
        return process

    def _end_when_idle(self, process: WorkerProcess, environment: _Environment) -> None:
        seconds = self._ground.settings.idle_environments
        if seconds <= 0 or process.ended is not None:
            return
        used = environment.used

        def look() -> None:
            if environment.used == used:
                self._pool.retire(process)

        clock = self._ground.clock
        clock.at(clock.now() + seconds, look, TimerKind.STANDING, f"idle environment of {environment.name}")

    def _spec(self, function: FunctionSpec) -> WorkerSpec:
        """One for all processes of a revision: the pool reuses a process only for an equal one."""
        known = self._specs.get(_key(function))
        if known is None or known[0] != function.revision:
            domain_name = self._ground.settings.domain_name
            spec = worker_spec(function, self._ground.base_url, host_environment(), domain_name)
            known = self._specs[_key(function)] = (function.revision, spec)
        return known[1]

    def forget(self, arn: str) -> None:
        """Running invocations finish with the old code, later ones start anew."""
        for key in [key for key in self._specs if key.startswith(arn + ":")]:
            del self._specs[key]
            self._pool.restart(key)

    def reload(self) -> None:
        """The same for every function."""
        for key in self._specs:
            self._pool.restart(key)

    def processes(self, name: str) -> list[int]:
        """Ids of the processes that live for functions of this name."""
        return [p.pid for p, environment in self._environments.items() if environment.name == name and p.ended is None]

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
        self.spent = False
        self._initialised = True
        self._seconds = function.timeout
        self._budget = invocation.unit.budget(function.timeout, self._kill)

    def _kill(self) -> None:
        self.spent = True
        if self._process is not None:
            self._process.kill()

    def _restart_budget(self, seconds: float) -> None:
        self._budget.cancel()
        self._seconds = seconds
        self._budget = self._invocation.unit.budget(seconds, self._kill)

    def _init_over(self) -> None:
        self._initialised = True
        self._restart_budget(self._function.timeout)

    async def in_process(self, process: WorkerProcess, environment: _Environment) -> Answered | Ended:
        self._process = process
        cold = environment.begin(self._invocation)
        if self.spent:  # while the process was starting
            process.kill()
        elif cold:
            self._initialised = False
            self._restart_budget(INIT_LIMIT + self._function.timeout)
        process.on_init = self._init_over
        process.on_sleep = self._sleep
        watch = MemoryWatch(self._ground, process, self._function)
        try:
            return await process.invoke(self._message())
        finally:
            watch.stop()

    def _message(self) -> InvocationMessage:
        now = self._ground.clock.wall()
        left = min(self._budget.remaining(), self._function.timeout)
        return InvocationMessage(
            request_id=self._invocation.request_id,
            event=self._invocation.payload,
            function_arn=self._invocation.invoked_arn,
            deadline_ms=int((now + left) * 1000),
            trace_id=self._invocation.trace_header or None,
            client_context=self._invocation.client_context,
            sent_ms=int(now * 1000),
        )

    def _sleep(self, seconds: float) -> None:
        """The handler sleeps by the emulator's clock; meanwhile its invocation is idle."""
        process = self._process
        assert process is not None

        async def nap() -> None:
            await self._ground.clock.sleep(seconds, label=f"sleep in {self._function.name}")
            process.wake()

        self._ground.clock.spawn(nap(), f"sleep in {self._function.name}", parent=self._invocation.unit)

    def outcome(self, result: Answered | Ended, stream: str) -> Outcome:
        request_id = self._invocation.request_id
        if isinstance(result, Answered):
            init = None if result.init_ms is None else result.init_ms / 1000
            status, init_failed = ("error", self._used()) if result.in_init else ("", None)
            facts = (result.payload, result.error_type, status, self._duration(), init, result.memory_mb)
            return Outcome(*facts, stream, result.content_type, init_failed)
        if self.spent and result.killed:
            error = payloads.timed_out(request_id, self._function.timeout)
            return self.failed(error, "timeout", stream)
        return self.failed(result.error(request_id), "error", stream)

    def failed(self, error: payloads.PlatformError, status: str, stream: str = "") -> Outcome:
        init_failed = None if self._initialised else self._used()
        duration = self._duration()
        return Outcome(error.payload, error.error_type, status, duration, log_stream=stream, init_failed=init_failed)

    def _used(self) -> float:
        return self._seconds - self._budget.remaining()

    def _duration(self) -> float:
        used = self._used()
        self._budget.cancel()
        return min(used, self._function.timeout)
