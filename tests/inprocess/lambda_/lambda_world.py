"""A house with Lambda, inline handlers and a manual clock."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from emulator.core.clock import Clock
from emulator.core.courier import Parcel
from emulator.core.ground import Call, Ground, Service
from emulator.core.settings import Settings
from emulator.fallthrough import bridge
from emulator.fallthrough.front import FallThrough
from emulator.runtimes.inline import InlineRuntime
from emulator.runtimes.worker_runtime import WorkerRuntime
from emulator.server.operations import Operations
from emulator.services.lambda_.service import SERVICE as LAMBDA
from emulator.services.logs.service import SERVICE as LOGS
from emulator.services.sqs.service import SERVICE as SQS

ACCOUNT = "123456789012"
REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/r"
START = 1_700_000_000.0


def zipped(**files: str) -> bytes:
    """A zip file; ``__`` in a name stands for a dot, ``___`` for a slash."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("___", "/").replace("__", "."), textwrap.dedent(text))
    return data.getvalue()


class World:
    """One emulator without a server; operations by name."""

    def __init__(self, mode: str = "manual", neighbours: Iterable[Service] = ()) -> None:
        self.ground = Ground(Settings(account=ACCOUNT, runtime="inline"), Clock(mode, START), seed=1)
        self.clock = self.ground.clock
        self.runtime = InlineRuntime(self.ground)
        self.ground.runtimes["inline"] = self.runtime
        self.services = {service.name: service for service in (LAMBDA, SQS, LOGS, *neighbours)}
        for service in self.services.values():
            service.join(self.ground)

    def with_workers(self) -> WorkerRuntime:
        """Handlers in processes of their own from now on."""
        self.ground.settings.runtime = "worker"
        self.ground.runtimes["worker"] = workers = WorkerRuntime(self.ground)
        return workers

    def with_buckets(self) -> None:
        """S3, as moto plays it."""
        fallthrough = FallThrough(self.ground)
        self.ground.courier.register_operations(Operations(self.ground, self.services.values(), fallthrough))
        fallthrough.join()

    async def s3(self, operation: str, **params: Any) -> dict[str, Any]:
        place = {"account": ACCOUNT, "region": REGION, "cause": self.ground.new_cause()}
        return await self.ground.courier.call("s3", operation, params, **place)

    def from_files(self, name: str = "f", handler: str = "index.handler", **files: str) -> None:
        """Create a function from a zip of ``files``: ``index__py="…"``."""
        self.function(handler, name, Code={"ZipFile": zipped(**files)})

    def call(self, **changes: Any) -> Call:
        ids = self.ground.ids
        fields = {"region": REGION, "account": ACCOUNT, "request_id": ids.uuid(), "cause": self.ground.new_cause()}
        return Call(self.ground, **(fields | changes))

    def do(self, operation: str, service: str = "lambda", **params: Any) -> Any:
        """The answer of an operation (a coroutine for the async ones)."""
        for module in self.services[service].api:
            if hasattr(module, operation):
                return getattr(module, operation)(self.call(), params)
        raise LookupError(operation)

    def function(self, handler: Callable[..., Any] | str, name: str = "f", **config: Any) -> dict[str, Any]:
        """Create a function that runs ``handler`` of a test module."""
        path = handler if isinstance(handler, str) else f"{handler.__module__}:{handler.__name__}"
        code = {"S3Bucket": "__local__", "S3Key": str(Path(__file__).parent)}
        config = {"Runtime": "python3.12", "Role": ROLE, "Handler": path, "Code": code} | config
        return self.do("create_function", FunctionName=name, **config)

    async def invoke(self, name: str = "f", event: Any = None, **params: Any) -> dict[str, Any]:
        payload = b"" if event is None else json.dumps(event).encode()
        return await self.do("invoke", FunctionName=name, Payload=payload, **params)

    async def send(self, name: str = "f", event: Any = None, **params: Any) -> None:
        """Invoke asynchronously."""
        answer = await self.invoke(name, event, InvocationType="Event", **params)
        assert answer == {"StatusCode": 202}

    def queue(self, name: str = "q", **attributes: str) -> str:
        """Create a queue; its ARN."""
        self.do("create_queue", "sqs", QueueName=name, Attributes=attributes)
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def url(self, name: str = "q") -> str:
        return f"http://127.0.0.1:4566/{ACCOUNT}/{name}"

    def put(self, body: str, name: str = "q", **params: Any) -> str:
        """Send a message; its id."""
        return str(self.do("send_message", "sqs", QueueUrl=self.url(name), MessageBody=body, **params)["MessageId"])

    async def take(self, name: str = "q", **params: Any) -> list[dict[str, Any]]:
        """Receive and delete up to ten messages."""
        wanted = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}
        answer = await self.do("receive_message", "sqs", QueueUrl=self.url(name), **(wanted | params))
        for message in answer.get("Messages", []):
            self.do("delete_message", "sqs", QueueUrl=self.url(name), ReceiptHandle=message["ReceiptHandle"])
        return answer.get("Messages", [])

    async def records(self, name: str = "q") -> list[dict[str, Any]]:
        return [json.loads(message["Body"]) for message in await self.take(name)]

    def hops(self, *kinds: str) -> list[Any]:
        return [hop for hop in self.ground.journal if hop.kind in kinds]

    def times(self, kind: str = "invoke") -> list[float]:
        """When hops of a kind began, in seconds since the world's beginning."""
        return [round(hop.at - START, 3) for hop in self.hops(kind)]

    def catch(self, service: str) -> list[Parcel]:
        """Take the place of a service as a target; the list fills with what arrives."""
        parcels: list[Parcel] = []

        async def adapter(parcel: Parcel) -> None:
            parcels.append(parcel)

        self.ground.courier.register_target(service, adapter)
        return parcels


@asynccontextmanager
async def world(mode: str = "manual", neighbours: Iterable[Service] = ()) -> AsyncIterator[World]:
    made = World(mode, neighbours)
    try:
        yield made
    finally:
        await made.clock.close()
        for service in made.services.values():
            service.on_reset(made.ground)
        bridge.close(made.ground)
        for runtime in made.ground.runtimes.values():
            await runtime.close()
