"""A house with ECS, logs and a bus that listens; programs are real processes, the clock is manual."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from emulator import wire
from emulator.core.cause import Cause
from emulator.core.clock import Clock
from emulator.core.courier import Parcel
from emulator.core.ground import Call, Ground
from emulator.core.settings import Settings
from emulator.services.ecs.service import SERVICE as ECS
from emulator.services.logs.service import SERVICE as LOGS

START = 1_700_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
HERE = Path(__file__).parent
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/default"


class World:
    """``events`` are the details of state change events; ``answers`` is what other services say, by
    ``service:Operation``."""

    def __init__(self, mode: str = "manual") -> None:
        self.ground = Ground(Settings(account=ACCOUNT), Clock(mode, START), seed=1)
        self.clock = self.ground.clock
        self.events: list[dict[str, Any]] = []
        self.envelopes: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.services = {"ecs": ECS, "logs": LOGS}
        for service in self.services.values():
            service.join(self.ground)
        self.ground.courier.register_target("events", self._event)
        self.ground.courier.register_operations(self)

    # What other services do

    async def _event(self, parcel: Parcel) -> dict[str, str]:
        self.envelopes.append({"bus": str(parcel.arn), **parcel.parameters})
        self.events.append(json.loads(parcel.payload))
        return {"EventId": "e"}

    def knows(self, service: str, operation: str) -> bool:
        return service in self.services or f"{service}:{operation}" in self.answers

    async def __call__(
        self, service: str, operation: str, params: dict[str, Any], *, account: str, region: str, cause: Cause
    ) -> dict[str, Any]:
        if service in self.services:
            return await self.do(operation, service=service, **params)
        answer: dict[str, Any] = self.answers[f"{service}:{operation}"](params)
        return answer

    # What a client does

    async def do(self, operation: str, /, *, service: str = "ecs", **params: Any) -> dict[str, Any]:
        """Run an operation as an SDK would."""
        owner = self.services[service]
        wire.validate(service, operation, params, style=owner.validation)
        name = wire.function_name(operation)
        function = next(getattr(module, name) for module in owner.api if hasattr(module, name))
        result = function(Call(self.ground, ACCOUNT, REGION, "r", self.ground.new_cause()), params)
        answer: dict[str, Any] = await result if inspect.isawaitable(result) else result
        wire.check_output(service, operation, answer)
        return answer

    async def register(self, *command: str, family: str = "f", image: str = "local", **container: Any) -> str:
        """The ARN of a task definition with one container, ``main``, for Fargate."""
        main = {"name": "main", "image": image, "command": list(command), **container}
        return await self.define(main, family=family)

    async def define(self, *containers: dict[str, Any], family: str = "f", **more: Any) -> str:
        given = {"networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"], **more}
        answer = await self.do("RegisterTaskDefinition", family=family, containerDefinitions=list(containers), **given)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    async def shell(self, script: str, family: str = "f", **container: Any) -> str:
        """The same; the program is a shell script."""
        return await self.register("sh", "-c", script, family=family, **container)

    async def run(self, definition: str = "f", **more: Any) -> dict[str, Any]:
        """The one task of RunTask's answer."""
        params = {"launchType": "FARGATE", "networkConfiguration": NETWORK, **more}
        answer = await self.do("RunTask", taskDefinition=definition, **params)
        assert answer["failures"] == []
        (task,) = answer["tasks"]
        return dict(task)

    async def describe(self, task: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = await self.do("DescribeTasks", tasks=[task["taskArn"]], **more)
        (found,) = answer["tasks"]
        return dict(found)

    async def finish(self, task: dict[str, Any]) -> dict[str, Any]:
        """The task when everything that needs no time has happened; it must have stopped."""
        await self.settle()
        found = await self.describe(task)
        assert found["lastStatus"] == "STOPPED", found
        return found

    async def settle(self) -> None:
        """Everything that needs no time on the clock, however long the programs take."""
        for _ in range(3):
            await self.clock.pause()
            await self.clock.quiet(10)

    async def until(self, task: dict[str, Any], status: str) -> dict[str, Any]:
        """Wait until the task is seen in ``status`` while its program keeps the house busy."""
        for _ in range(5000):
            found = await self.describe(task)
            if found["lastStatus"] == status:
                return found
            await asyncio.sleep(0.001)
        raise AssertionError(f"never {status}: {found}")

    async def until_line(self, text: str) -> None:
        """Wait until a program has written this, which may take it real time."""
        for _ in range(5000):
            if text in self.lines():
                return
            await asyncio.sleep(0.001)
        raise AssertionError(f"nobody has written {text!r}: {self.lines()}")

    def lines(self) -> list[str]:
        """What programs have written."""
        return [hop.payload or "" for hop in self.ground.journal if hop.kind == "log"]

    def statuses(self) -> list[tuple[str, str, int]]:
        return [(detail["lastStatus"], detail["desiredStatus"], detail["version"]) for detail in self.events]


def in_world(test: Callable[[World], Awaitable[None]], mode: str = "manual") -> None:
    """Run ``test`` in a new world, and end what it leaves running."""

    async def main() -> None:
        world = World(mode)
        try:
            await test(world)
        finally:
            ECS.on_reset(world.ground)
            await world.clock.close()

    asyncio.run(main())
