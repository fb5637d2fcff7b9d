"""Services whose code is loaded with their first operation or delivery."""

from __future__ import annotations

import asyncio
import json
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from emulator.core.courier import Parcel
from emulator.core.ground import Ground, Service
from emulator.server.late_service import LateService
from emulator.server.operations import Operations

TARGET = "arn:aws:states:us-east-1:000000000000:stateMachine:m"


class Code:
    """What a late service loads, and how often that happened."""

    def __init__(self) -> None:
        self.loads = self.resets = 0
        self.delivered: list[Any] = []

    def late(self) -> LateService:
        return LateService("stepfunctions", self.load, target="states")

    def load(self) -> Service:
        self.loads += 1
        api = cast("ModuleType", SimpleNamespace(list_activities=lambda call, params: {"activities": []}))
        return Service("stepfunctions", (api,), join=self.join, on_reset=self.reset)

    def join(self, ground: Ground) -> None:
        ground.courier.register_target("states", self.take)

    async def take(self, parcel: Parcel) -> str:
        self.delivered.append(json.loads(parcel.payload))
        return "taken"

    def reset(self, ground: Ground) -> None:
        self.resets += 1


def test_nothing_is_loaded_until_something_is_delivered() -> None:
    async def main() -> None:
        ground, code = Ground(), Code()
        late = code.late()
        late.join(ground)
        assert ground.courier.can_deliver("states")
        late.on_reset(ground)
        assert (code.loads, code.resets) == (0, 0)
        for number in range(2):
            done = await ground.courier.deliver(TARGET, str(number), "test", ground.new_cause())
            assert (done.ok, done.result) == (True, "taken")
        assert (code.loads, code.delivered) == (1, [0, 1])
        assert len(ground.journal) == 2
        late.on_reset(ground)
        assert code.resets == 1

    asyncio.run(main())


def test_an_operation_loads_it_too() -> None:
    async def main() -> None:
        ground, code = Ground(), Code()
        operations = Operations(ground, [code.late()])
        assert not operations.knows("sqs", "SendMessage")
        assert code.loads == 0
        place = {"account": "000000000000", "region": "us-east-1", "cause": ground.new_cause()}
        assert await operations("stepfunctions", "ListActivities", {}, **place) == {"activities": []}
        assert not operations.is_long_poll("stepfunctions", "ListActivities")
        assert code.loads == 1

    asyncio.run(main())
