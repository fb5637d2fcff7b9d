"""The emulator: builds the house, wires everybody, opens the port."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from email.utils import formatdate
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from emulator.admin.front import ControlFront
from emulator.core.clock import Clock
from emulator.core.ground import Ground, Service
from emulator.core.settings import Settings
from emulator.core.workload import ClockStuckError
from emulator.fallthrough.front import FallThrough
from emulator.server.front import Front
from emulator.server.http_protocol import HttpProtocol
from emulator.server.late_service import LateService
from emulator.server.listener import Listener
from emulator.server.operations import Operations
from emulator.server.websocket_protocol import WebSocketProtocol, protocol_class
from emulator.services.apigateway.service import MANAGEMENT as APIGATEWAY_MANAGEMENT
from emulator.services.apigateway.service import REST as APIGATEWAY_REST
from emulator.services.apigateway.service import SERVICE as APIGATEWAY
from emulator.services.dynamodb.service import SERVICE as DYNAMODB
from emulator.services.dynamodb.service import STREAMS as DYNAMODB_STREAMS
from emulator.services.ecs.programs import LocalPrograms
from emulator.services.ecs.service import SERVICE as ECS
from emulator.services.events.service import SERVICE as EVENTS
from emulator.services.lambda_.service import SERVICE as LAMBDA
from emulator.services.logs.service import SERVICE as LOGS
from emulator.services.pipes.service import SERVICE as PIPES
from emulator.services.sns.service import SERVICE as SNS
from emulator.services.sqs.service import SERVICE as SQS
from emulator.services.sts.service import SERVICE as STS
from emulator.stack.deploy import Deployment, deploy
from emulator.stack.description import Stack

log = logging.getLogger("emulator")


def _stepfunctions() -> Service:
    from emulator.services.stepfunctions.service import SERVICE

    return SERVICE


SERVICES: tuple[Service | LateService, ...] = (
    APIGATEWAY,
    APIGATEWAY_MANAGEMENT,
    APIGATEWAY_REST,
    DYNAMODB,
    DYNAMODB_STREAMS,
    ECS,
    EVENTS,
    LAMBDA,
    LOGS,
    PIPES,
    SNS,
    SQS,
    LateService("stepfunctions", _stepfunctions, target="states"),
    STS,
)
KEEP_ALIVE = 75
"""Real seconds an idle HTTP connection stays open: longer than SDK pools keep one, so that they never meet a reset."""
FAREWELL = 12
"""Passes of the event loop in which long polls of queues that are gone answer by themselves."""


class Emulator:
    """One emulated cloud behind one port.

    Everything runs on the event loop that calls ``start``; ``emulator.testing.EmulatorThread`` runs one in a thread.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        clock: str = "real",
        start: float | None = None,
        seed: int | str | None = None,
    ) -> None:
        self.ground = Ground(settings, Clock(clock, start), seed)
        fallthrough = FallThrough(self.ground)
        self.operations = Operations(self.ground, SERVICES, fallthrough)
        self.ground.courier.register_operations(self.operations)
        fallthrough.join()
        self.ground.clock.on_fault = self._note_fault
        self.ground.runtimes.update(_runtimes(self.ground))
        for service in SERVICES:
            service.join(self.ground)
        self.control = ControlFront(self)
        self.front = Front(self.ground, self.operations, self.control, fallthrough)
        self._listener: Listener | None = None
        self._state = ServerState()
        self._date: asyncio.TimerHandle | None = None
        self._resetting = asyncio.Lock()
        self.on_reset: list[Callable[[], None]] = []

    @property
    def settings(self) -> Settings:
        return self.ground.settings

    @property
    def port(self) -> int:
        """The port in use; raises RuntimeError before ``start``."""
        if self._listener is None:
            raise RuntimeError("the emulator has not been started")
        return self._listener.port

    @property
    def url(self) -> str:
        """What goes into ``AWS_ENDPOINT_URL``."""
        return self.ground.base_url

    async def start(self, host: str = "127.0.0.1", port: int = 4566) -> None:
        """``bind`` and ``open`` in one."""
        self.bind(host, port)
        await self.open()

    def bind(self, host: str = "127.0.0.1", port: int = 4566) -> None:
        """Take the port, 0 picks a free one: ``url`` is known from here on.  Raises OSError when it is taken."""
        self._listener = Listener(host, port)
        reachable = "127.0.0.1" if host in ("", "0.0.0.0", "::", "localhost") else host
        self.ground.base_url = f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{self._listener.port}"

    async def open(self) -> None:
        """Accept connections on the port that ``bind`` took."""
        if self._listener is None:
            raise RuntimeError("bind the emulator to a port first")
        config = Config(
            self.front,
            http=HttpProtocol,
            ws=protocol_class(self.settings),
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
        )
        config.load()
        loop = asyncio.get_running_loop()
        self._tick()
        await self._listener.start(lambda: HttpProtocol(config, self._state, {}, loop))
        self.ground.clock.configure(self.ground.clock.mode)  # arm what was set before the loop ran

    def _tick(self) -> None:
        """The HTTP Date header stays real: SDKs correct their signing clocks by it."""
        self._state.default_headers = [(b"date", formatdate(self.ground.clock.wall(), usegmt=True).encode())]
        self._date = self.ground.clock.real_later(1.0, self._tick)

    async def deploy(self, stack: Stack) -> Deployment:
        """Create the resources of a description in the default account and region; raises StackError."""
        account, region = self.settings.account, self.settings.region
        cause = self.ground.new_cause()

        async def run(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
            return await self.operations(service, operation, params, account=account, region=region, cause=cause)

        done = await deploy(stack, run, account=account, region=region, base_url=self.url)
        self.ground.cloud.shared(LocalPrograms).programs |= done.programs
        return done

    async def reset(self) -> None:
        """Forget every resource, process, timer and hop; the port stays open.

        Requests that come meanwhile wait at the gate; requests to the control API go on, the journal's followers too.
        """
        traffic, clock = self.front.traffic, self.ground.clock
        async with self._resetting:
            with traffic.closed():
                for service in SERVICES:
                    service.on_reset(self.ground)
                await clock.pause(FAREWELL)
                await traffic.end()
                await clock.cancel_processes()
                # Nobody is at work from here on, and nothing is awaited.
                clock.forget_timers()
                self.ground.cloud.reset()
                self.ground.journal.clear()
                for callback in self.on_reset:
                    callback()

    async def stop(self, drain: float = 0.5) -> None:
        """Give work in progress ``drain`` real seconds, then stop accepting and end everything."""
        with contextlib.suppress(ClockStuckError):  # the port stays open: handlers need it to finish their work
            await self.ground.clock.quiet(drain)
        if self._listener is not None:
            self._listener.close()
        for service in SERVICES:
            service.on_reset(self.ground)
        await self.ground.clock.pause(FAREWELL)
        await self._end_requests()
        await self.ground.clock.close()
        for runtime in self.ground.runtimes.values():
            await runtime.close()
        await self._close_connections()
        if self._listener is not None:
            self._listener.abort()
        if self._date is not None:
            self._date.cancel()

    async def _end_requests(self) -> None:
        """Cancel everything that serves a client, except the caller's own task."""
        await self.front.traffic.end()
        tasks = [task for task in self._state.tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _close_connections(self) -> None:
        for connection in list(self._state.connections):
            connection.shutdown()
        await self.ground.clock.pause()
        for connection in list(self._state.connections):  # who does not read will not get its close frame
            cast("HttpProtocol | WebSocketProtocol", connection).abort()
        await self.ground.clock.pause()

    def _note_fault(self, where: str, error: BaseException) -> None:
        self.ground.journal.note("fault", where, "", outcome=type(error).__name__, error=str(error))


def _runtimes(ground: Ground) -> dict[str, Any]:
    from emulator.runtimes.inline import InlineRuntime
    from emulator.runtimes.worker_runtime import WorkerRuntime

    return {"inline": InlineRuntime(ground), "worker": WorkerRuntime(ground)}
