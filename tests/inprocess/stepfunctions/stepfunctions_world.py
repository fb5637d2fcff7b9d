"""A house with Step Functions, a fake function and fake services, for tests with the manual clock."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any

from emulator import wire
from emulator.core.cause import Cause
from emulator.core.clock import Clock
from emulator.core.courier import FunctionResult, Parcel
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.core.settings import Settings
from emulator.services.stepfunctions.service import SERVICE

START = 1_700_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"

Answer = Callable[[dict[str, Any]], Any]


class World:
    """``answers`` are what other services do, by ``service:Operation``; ``calls`` is what they were asked;
    ``function`` is what the Lambda function does with its event (a coroutine, or a value)."""

    def __init__(self) -> None:
        self.ground = Ground(Settings(account=ACCOUNT), Clock("manual", start=START, settle=0), seed=1)
        self.clock = self.ground.clock
        SERVICE.join(self.ground)
        self.ground.courier.register_operations(self)
        self.ground.courier.register_target("lambda", self._invoke)
        self.ground.courier.register_target("events", self._event)
        self.answers: dict[str, Answer] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.events: list[dict[str, Any]] = []
        self.invoked: list[tuple[float, Any]] = []
        self.function: Callable[[Any], Any] = lambda event: event

    # What other services do

    def knows(self, service: str, operation: str) -> bool:
        return service == "stepfunctions" or f"{service}:{operation}" in self.answers

    async def __call__(
        self, service: str, operation: str, params: dict[str, Any], *, account: str, region: str, cause: Cause
    ) -> dict[str, Any]:
        self.calls.append((f"{service}:{operation}", params))
        if service == "stepfunctions":
            wire.validate(service, operation, params, style="standard")
            return await self.run(operation, params, outside=False)
        answer = self.answers[f"{service}:{operation}"](params)
        return (await answer if inspect.isawaitable(answer) else answer) or {}

    async def _invoke(self, parcel: Parcel) -> FunctionResult:
        event = json.loads(parcel.payload)
        self.invoked.append((self.clock.now() - START, event))
        try:
            value = self.function(event)
            value = await value if inspect.isawaitable(value) else value
        except ValueError as error:
            failure = {"errorMessage": str(error), "errorType": type(error).__name__}
            return FunctionResult(json.dumps(failure).encode(), "Unhandled", "$LATEST", "r")
        return FunctionResult(json.dumps(value).encode(), None, "$LATEST", "r")

    async def _event(self, parcel: Parcel) -> dict[str, str]:
        self.events.append({**parcel.parameters, "detail": json.loads(parcel.payload)})
        return {"EventId": "e"}

    # What a client does

    async def run(self, operation: str, params: dict[str, Any], outside: bool = True) -> dict[str, Any]:
        name = wire.function_name(operation)
        function = next(getattr(module, name) for module in SERVICE.api if hasattr(module, name))
        call = Call(self.ground, ACCOUNT, REGION, self.ground.ids.uuid(), self.ground.new_cause(), from_outside=outside)
        result = function(call, params)
        answer: dict[str, Any] = await result if inspect.isawaitable(result) else result
        wire.check_output("stepfunctions", operation, answer)
        return answer

    async def do(self, operation: str, /, **params: Any) -> dict[str, Any]:
        """Run an operation as an SDK would."""
        wire.validate("stepfunctions", operation, params, style="standard")
        return await self.run(operation, params)

    async def create(self, definition: dict[str, Any], name: str = "M", **more: Any) -> str:
        """The ARN of a new state machine."""
        answer = await self.do("CreateStateMachine", name=name, definition=json.dumps(definition), roleArn=ROLE, **more)
        return str(answer["stateMachineArn"])

    async def start(self, machine: str, data: Any = None, **more: Any) -> str:
        """The ARN of a new execution, its first steps done."""
        answer = await self.do(
            "StartExecution", stateMachineArn=machine, input=json.dumps({} if data is None else data), **more
        )
        await self.settle()
        return str(answer["executionArn"])

    async def settle(self) -> None:
        """Everything that needs no time."""
        for _ in range(3):
            await self.clock.pause()
            await self.clock.quiet()

    async def execute(self, states: dict[str, Any], data: Any = None, seconds: float = 0, **top: Any) -> str:
        """Create, start, and let ``seconds`` pass; the first state is the one that is listed first."""
        machine = await self.create({"StartAt": next(iter(states)), "States": states, **top})
        execution = await self.start(machine, data)
        if seconds:
            await self.clock.advance(seconds)
        return execution

    async def describe(self, execution: str) -> dict[str, Any]:
        return await self.do("DescribeExecution", executionArn=execution)

    async def output(self, execution: str) -> Any:
        """The output of an execution that has succeeded."""
        found = await self.describe(execution)
        assert found["status"] == "SUCCEEDED", found
        return json.loads(found["output"])

    async def history(self, execution: str) -> list[dict[str, Any]]:
        answer = await self.do("GetExecutionHistory", executionArn=execution, maxResults=1000)
        events: list[dict[str, Any]] = answer["events"]
        return events

    async def line(self, execution: str) -> list[str]:
        """The history in short: ``3<2 TaskScheduled``."""
        return [f"{e['id']}<{e['previousEventId']} {e['type']}" for e in await self.history(execution)]

    async def times(self, execution: str) -> list[tuple[str, float]]:
        """Types of events with their instants, in seconds since the start of the test."""
        return [(e["type"], round(e["timestamp"] - START, 3)) for e in await self.history(execution)]


def in_world(test: Callable[[World], Awaitable[None]]) -> None:
    """Run ``test`` in a new world, and end what it leaves running."""

    async def main() -> None:
        world = World()
        try:
            await test(world)
        finally:
            SERVICE.on_reset(world.ground)
            await world.clock.close()

    asyncio.run(main())


def code_of(error: AwsError) -> tuple[str, str]:
    return error.code, error.message or ""


def task(resource: str = FUNCTION, **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "End": True, **more}


def succeed(**more: Any) -> dict[str, Any]:
    return {"Type": "Pass", "End": True, **more}
