"""Handlers in the emulator's own process: fast, and open to debuggers, coverage and monkeypatch.

What it cannot do is in docs/runtimes.md: kill a handler that overruns, isolate module globals, survive ``os._exit``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from emulator.core import timestamps
from emulator.core.ground import Ground
from emulator.core.threads import Threads
from emulator.core.units import Budget, current_unit
from emulator.runtimes import payloads
from emulator.runtimes.base import FunctionSpec, Invocation, Outcome, log_stream, wants_virtual_sleep
from emulator.runtimes.bootstraps import redirect
from emulator.runtimes.bootstraps.python_contract import Handler
from emulator.runtimes.inline import environ, virtual_sleep
from emulator.runtimes.inline.handler_call import Called, call_handler
from emulator.runtimes.inline.modules import Modules
from emulator.runtimes.inline.streams import Capture, streams
from emulator.runtimes.inline.streams import current as current_capture
from emulator.runtimes.worker.environment import lambda_environment

log = logging.getLogger("emulator.runtimes.inline")

NO_TIMEOUT = 86_400.0
INIT_LIMIT = 10.0
"""Seconds that an import may take before the function's own time begins (AWS docs)."""
_OWN = ("AWS_", "_", "LAMBDA_", "EMULATOR_")
"""Which variables a handler sees instead of the process's own; PATH and its like are the process's affair."""

_way: ContextVar[redirect.Way | None] = ContextVar("way_to_the_emulator", default=None)


@dataclass(slots=True)
class _Environment:
    """The variables of one version of a function; what a handler writes into them stays for its next run."""

    revision: str
    variables: environ.Variables
    log_stream: str
    cold: bool = True
    failure: BaseException | None = None
    """How the import ahead of its first run ended, for that run to report."""


class InlineRuntime:
    """Runs Python handlers in threads.

    The setting ``inline_timeouts`` lets handlers run as long as they like when it is off: with a breakpoint in one
    handler its timeout would end the invocation, and retries would start beside it.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._threads = Threads("handler")
        self._modules = Modules()
        self._environments: dict[str, _Environment] = {}
        self._entered = False

    def supports(self, function_runtime: str, directory: Path, layers: Sequence[Path] = ()) -> bool:
        """Python only; the interpreter is the emulator's own, whichever version the function asks for."""
        return function_runtime.startswith("python")

    async def invoke(self, function: FunctionSpec, invocation: Invocation) -> Outcome:
        """Run the handler once; answers at the instant at which the unit's budget is spent at the latest."""
        self._enter()
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Called | None] = loop.create_future()
        seconds = function.timeout if self._ground.settings.inline_timeouts else NO_TIMEOUT
        environment = self._environment(function)
        cold, environment.cold = environment.cold, False
        invocation.started(environment.log_stream, cold)
        began = self._ground.clock.real()
        init = await self._load(function, invocation, environment) if cold else None
        failed = None if environment.failure is None else self._ground.clock.real() - began
        if failed is not None:
            self._drop(environment)

        def spent() -> None:
            if not ended.done():
                ended.set_result(None)

        def answered(done: asyncio.Future[Called]) -> None:
            if not ended.done():
                ended.set_result(done.result())

        budget = invocation.unit.budget(seconds, spent)
        running = self._start(function, invocation, environment, budget)
        running.add_done_callback(answered)
        called = await ended
        duration = seconds - budget.remaining()
        budget.cancel()
        stream = environment.log_stream
        if called is None:
            self._report_stuck(function, invocation)
            error = payloads.timed_out(invocation.request_id, function.timeout)
            return Outcome(error.payload, error.error_type, "timeout", duration, log_stream=stream)
        status = "error" if called.crashed or failed is not None else ""
        facts = (called.payload, called.error_type, status, duration, init)
        return Outcome(*facts, log_stream=stream, init_failed=failed)

    def _enter(self) -> None:
        """Before the first handler, so that a house without inline handlers leaves the process as it was."""
        if not self._entered:
            self._entered = True
            _enter_process()

    async def _load(self, function: FunctionSpec, invocation: Invocation, environment: _Environment) -> float | None:
        """Import the handler before its function's time begins; the seconds that took.

        None when it failed (the invocation reports it) or took longer than AWS waits for it (it goes on inside the
        invocation then).
        """
        loop, clock = asyncio.get_running_loop(), self._ground.clock
        over: asyncio.Future[bool] = loop.create_future()
        began = clock.real()

        def settle(loaded: bool) -> None:
            if not over.done():
                over.set_result(loaded)

        budget = invocation.unit.budget(INIT_LIMIT, lambda: settle(False))

        capture, layers = self._capture(invocation), self._layers(invocation, environment)

        def load() -> bool:
            with self._handler_world(layers, capture):
                try:
                    self._modules.resolve(function)
                except BaseException as error:  # sys.exit at import, too
                    environment.failure = error
                capture.finish()
                return environment.failure is None

        context = copy_context()
        context.run(current_unit.set, None)
        loading = self._threads.run(load, context)
        loading.add_done_callback(lambda done: settle(done.exception() is None and done.result()))
        loaded = await over
        budget.cancel()
        return clock.real() - began if loaded else None

    def _capture(self, invocation: Invocation) -> Capture:
        loop = asyncio.get_running_loop()

        def emit(line: str) -> None:
            with contextlib.suppress(RuntimeError):  # a stuck handler may outlive the loop
                loop.call_soon_threadsafe(invocation.log, line)

        return Capture(invocation.request_id, emit)

    @staticmethod
    def _layers(invocation: Invocation, environment: _Environment) -> tuple[environ.Variables, ...]:
        return {"_X_AMZN_TRACE_ID": invocation.trace_header or None}, environment.variables

    def _start(
        self, function: FunctionSpec, invocation: Invocation, environment: _Environment, budget: Budget
    ) -> asyncio.Future[Called]:
        capture = self._capture(invocation)
        layers = self._layers(invocation, environment)
        sleeps = wants_virtual_sleep(function.environment)
        sleeper = virtual_sleep.sleeper(self._ground.clock, invocation.unit, function.name) if sleeps else None

        def resolve(function: FunctionSpec) -> Handler:
            failure, environment.failure = environment.failure, None
            if failure is not None:
                raise failure
            return self._modules.resolve(function)

        def run() -> Called:
            virtual_sleep.current.set(sleeper)
            with self._handler_world(layers, capture):
                return call_handler(resolve, function, invocation, budget.remaining, capture)

        context = copy_context()
        context.run(current_unit.set, None)  # units belong to the loop's thread
        return self._threads.run(run, context)

    def _environment(self, function: FunctionSpec) -> _Environment:
        key = f"{function.arn}:{function.version}"
        known = self._environments.get(key)
        if known is None or known.revision != function.revision:
            known = self._environments[key] = self._new_environment(function)
        return known

    def _drop(self, environment: _Environment) -> None:
        """Its handler could not be loaded: the next invocation begins anew."""
        for key in [key for key, known in self._environments.items() if known is environment]:
            del self._environments[key]

    def _new_environment(self, function: FunctionSpec) -> _Environment:
        date = timestamps.iso_seconds(self._ground.clock.now())[:10].replace("-", "/")
        stream = log_stream(date, function.version, self._ground.ids.hex(32))
        url = urlsplit(self._ground.base_url)
        variables = lambda_environment(
            function_name=function.name,
            handler=function.handler,
            region=function.region,
            account=function.account,
            emulator_address=url.netloc,
            task_root=str(function.directory),
            runtime=function.runtime,
            function_version=function.version,
            memory_mb=function.memory,
            log_group=function.log_group or None,
            log_stream=stream,
            log_format=function.log_format,
            log_level=function.log_level or None,
            initialization_type=function.initialization,
            endpoint_url=self._ground.base_url,
            redirect_hosts=(self._ground.settings.domain_name,),
        )
        own: environ.Variables = {name: value for name, value in variables.items() if name.startswith(_OWN)}
        own["AWS_PROFILE"] = None  # the developer's own must not win over the test credentials
        return _Environment(function.revision, own | dict(function.environment), stream)

    @contextlib.contextmanager
    def _handler_world(self, layers: tuple[environ.Variables, ...], capture: Capture) -> Iterator[None]:
        """Inside a handler's thread: its environment, its output, its way to the emulator."""
        url = urlsplit(self._ground.base_url)
        environ.current.set(layers)
        current_capture.set(capture)
        names = redirect.parse_names((self._ground.settings.domain_name,))
        _way.set(redirect.Way((url.hostname, url.port or 80), names) if url.hostname else None)
        with streams.taken():
            yield

    def _report_stuck(self, function: FunctionSpec, invocation: Invocation) -> None:
        log.warning(
            "%s timed out after %.2f s; its thread cannot be killed and goes on in the background (request %s)",
            function.name,
            function.timeout,
            invocation.request_id,
        )

    def forget(self, arn: str) -> None:
        """Import the function's modules again and give it a fresh environment at its next run."""
        self._modules.forget(arn)
        for key in [key for key in self._environments if key.startswith(arn + ":")]:
            del self._environments[key]

    def reload(self) -> None:
        """Import all handlers again at their next run."""
        self._modules.reload()
        self._environments.clear()

    async def close(self) -> None:
        """Give ``os.environ`` and the imports back; stuck threads end with the process."""
        self._threads.close()
        self._modules.close()
        if self._entered:
            self._entered = False
            _leave_process()


class _Users:
    count = 0


def _enter_process() -> None:
    """What is replaced in the process is the process's: once for all runtimes in it."""
    _Users.count += 1
    if _Users.count == 1:
        environ.install()
        virtual_sleep.install()
        redirect.install(_way.get)


def _leave_process() -> None:
    _Users.count -= 1
    if _Users.count == 0:
        redirect.uninstall()
        virtual_sleep.uninstall()
        environ.uninstall()
