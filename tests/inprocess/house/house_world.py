"""A whole emulator with the SocketTasks system on the test's own event loop, and its clock in the test's hand."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from emulator.app import Emulator
from emulator.core.journal import Hop
from emulator.core.settings import Settings
from emulator.stack.deploy import Deployment
from emulator.stack.description import Stack

START = 1_700_000_000.0
TASKS = {
    "good": "house_handlers:good",
    "bad": "house_handlers:bad",
    "lucky-later": "house_handlers:lucky_later",
    "waiting": {"handler": "house_handlers:waiting", "timeout": 5},
    "asleep": {"handler": "house_handlers:asleep", "timeout": 1},
    "free": {"handler": "house_handlers:free", "timeout": 30},
    "late": {"handler": "house_handlers:late", "timeout": 30},
}


class House:
    """One emulator with a deployed stack."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.ground = emulator.ground
        self.clock = emulator.ground.clock
        self.journal = emulator.ground.journal
        self.deployment = Deployment()

    async def deploy(self, tasks: Mapping[str, Any] | None = None) -> None:
        stack = Stack(Path(__file__).parent).socket_tasks(tasks or TASKS).queue("empty")
        self.deployment = await self.emulator.deploy(stack)

    @property
    def socket_url(self) -> str:
        return next(iter(self.deployment.websocket_urls.values()))

    def connect(self) -> connect:
        return connect(self.socket_url, compression=None)

    async def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """An AWS operation, from inside."""
        settings, cause = self.ground.settings, self.ground.new_cause()
        return await self.emulator.operations(
            service, operation, params, account=settings.account, region=settings.region, cause=cause
        )

    def hops(self, *kinds: str) -> list[Hop]:
        return [hop for hop in self.journal if not kinds or hop.kind in kinds]

    def times(self, *kinds: str) -> list[float]:
        """When hops of these kinds began, in seconds after the start."""
        return [round(hop.at - START, 3) for hop in self.hops(*kinds)]

    async def until(self, kind: str, count: int = 1, limit: float = 5.0) -> list[Hop]:
        """Wait (real time) for ``count`` hops of one kind to end."""
        end = time.monotonic() + limit
        while len(found := [hop for hop in self.hops(kind) if hop.ended is not None]) < count:
            assert time.monotonic() < end, f"{len(found)} of {count} {kind}: {[h.kind for h in self.journal]}"
            await asyncio.sleep(0.002)
        return found

    def lines(self) -> list[tuple[Any, ...]]:
        """The journal without real times: what two runs with one seed have in common.

        Handlers that run at the same instant end in any order, as their threads do: so lines are sorted, and a hop is
        named by the kinds on its way from the first one, not by its number.
        """
        ways = {"": ""}
        for hop in self.journal:
            ways[hop.id] = f"{ways.get(hop.parent, '')}/{hop.kind}"
        number = re.compile(next(iter(self.journal)).id[:8] + "[0-9a-f]{8}")
        return sorted(
            (h.at, h.trace, ways[h.id], h.source, h.target, h.outcome, h.attempt or 0, number.sub("", h.payload or ""))
            for h in self.journal
        )

    def assert_nothing_left(self) -> None:
        """What a reset owes: no unit, no timer, no task, no connection, no hop."""
        assert self.clock.units() == []
        assert self.clock.busy == 0
        assert self.clock.status()["timers"] == 0
        assert self.clock.processes() == []
        assert self.clock.work._keys == {}
        assert len(self.emulator.front.traffic) == 0
        assert list(self.journal) == []
        assert self.ground.cloud._stores == {}


@asynccontextmanager
async def house(
    mode: str = "manual", tasks: Mapping[str, Any] | None = None, seed: int = 7, start: float = START
) -> AsyncIterator[House]:
    """A running house; everything in it is stopped afterwards."""
    made = House(Emulator(Settings(runtime="inline", check_outputs=True), mode, start, seed))
    await made.emulator.start(port=0)
    try:
        await made.deploy(tasks)
        yield made
    finally:
        await made.emulator.stop(drain=0)


def task(task_type: str, task_id: str = "1", **data: Any) -> str:
    return json.dumps({"action": "task-submit", "task": {"id": task_id, "type": task_type, "data": data}})


async def submit(socket: ClientConnection, task_type: str, task_id: str = "1", **data: Any) -> None:
    await socket.send(task(task_type, task_id, **data))


async def receive(socket: ClientConnection, limit: float = 5.0) -> dict[str, Any]:
    """The next frame, parsed."""
    answer: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), limit))
    return answer


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def threads() -> int:
    return threading.active_count()
