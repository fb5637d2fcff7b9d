"""A whole emulator without a port, its clock in the test's hand, and what pipes run between."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from emulator import wire
from emulator.app import Emulator
from emulator.core.journal import Hop
from emulator.core.settings import Settings

START = 1_700_000_000.0
ACCOUNT = "123456789012"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
FIRE = {"StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}}


class World:
    """Operations as an SDK would call them."""

    def __init__(self) -> None:
        self.emulator = Emulator(Settings(account=ACCOUNT, runtime="inline"), clock="manual", start=START, seed=1)
        self.ground = self.emulator.ground
        self.clock = self.ground.clock

    async def do(self, operation: str, service: str = "pipes", **params: Any) -> dict[str, Any]:
        wire.validate(service, operation, params, style="standard")
        return await self.emulator.operations(
            service, operation, params, account=ACCOUNT, region=REGION, cause=self.ground.new_cause()
        )

    async def pipe(self, source: str, target: str, **members: Any) -> str:
        """The name of a new pipe."""
        await self.do("CreatePipe", Name="p", Source=source, Target=target, RoleArn=ROLE, **members)
        return "p"

    async def queue(self, name: str = "in", **attributes: str) -> str:
        """Create a queue; its ARN."""
        await self.do("CreateQueue", "sqs", QueueName=name, Attributes=attributes)
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    async def put(self, *bodies: Any, name: str = "in", **params: Any) -> None:
        """Send messages (texts as they are, anything else as JSON), and let everything happen that needs no time."""
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            await self.do("SendMessage", "sqs", QueueUrl=self.url(name), MessageBody=text, **params)
        await self.clock.quiet()

    async def take(self, name: str) -> list[dict[str, Any]]:
        answer = await self.do(
            *("ReceiveMessage", "sqs"),
            QueueUrl=self.url(name),
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["All"],
        )
        return list(answer.get("Messages") or [])

    async def bodies(self, name: str) -> list[Any]:
        return [json.loads(message["Body"]) for message in await self.take(name)]

    async def left(self, name: str = "in") -> tuple[int, int]:
        """Messages of a queue that are visible, and that are in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        given = await self.do("GetQueueAttributes", "sqs", QueueUrl=self.url(name), AttributeNames=names)
        return int(given["Attributes"][names[0]]), int(given["Attributes"][names[1]])

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:4566/{ACCOUNT}/{name}"

    async def function(self, handler: Callable[..., Any], name: str = "f") -> str:
        """Create a function that runs ``handler`` of a test module; its ARN."""
        code = {"S3Bucket": "__local__", "S3Key": str(Path(__file__).parent)}
        path = f"{handler.__module__}:{handler.__name__}"
        made = await self.do(
            *("CreateFunction", "lambda"), FunctionName=name, Runtime="python3.12", Role=ROLE, Handler=path, Code=code
        )
        return str(made["FunctionArn"])

    async def machine(self, *states: dict[str, Any], kind: str = "EXPRESS", name: str = "m") -> str:
        """Create a state machine of states in a row; its ARN."""
        chain = {f"S{at}": {**state, "Next": f"S{at + 1}"} for at, state in enumerate(states)}
        last = f"S{len(states) - 1}"
        chain[last] = {key: value for key, value in chain[last].items() if key != "Next"}
        if chain[last]["Type"] not in ("Fail", "Succeed"):
            chain[last]["End"] = True
        definition = json.dumps({"StartAt": "S0", "States": chain})
        made = await self.do(
            *("CreateStateMachine", "stepfunctions"), name=name, definition=definition, roleArn=ROLE, type=kind
        )
        return str(made["stateMachineArn"])

    def hops(self, *kinds: str) -> list[Hop]:
        return [hop for hop in self.ground.journal if hop.kind in kinds]

    def outcomes(self) -> list[str]:
        """What became of the batches, in order."""
        return [hop.outcome for hop in self.hops("pipe")]


def in_world(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Makes a test of a coroutine, whose first argument is a new world."""

    def run(**given: Any) -> None:
        async def main() -> None:
            w = World()
            try:
                await test(w, **given)
            finally:
                await w.emulator.stop(drain=0)

        asyncio.run(main())

    others = list(inspect.signature(test).parameters.values())[1:]
    run.__signature__ = inspect.Signature(others)  # type: ignore[attr-defined]
    run.__name__ = test.__name__
    run.__module__ = test.__module__
    return run
