"""A house with SNS and its neighbours, a manual clock, and HTTP endpoints on loopback."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from emulator.core.clock import Clock
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.core.settings import Settings
from emulator.http_out import HttpOut
from emulator.runtimes.inline import InlineRuntime
from emulator.services.events.service import SERVICE as EVENTS
from emulator.services.lambda_.service import SERVICE as LAMBDA
from emulator.services.sns.outbox import Outbox
from emulator.services.sns.service import SERVICE as SNS
from emulator.services.sqs.service import SERVICE as SQS

ACCOUNT = "123456789012"
REGION = "us-east-1"
START = 1_700_000_000.0
BASE = "http://emulator.test:4566"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:t"


class Request(NamedTuple):
    """What an endpoint got; ``at`` in seconds after the start, header names in lower case."""

    at: float
    path: str
    headers: dict[str, str]
    body: str

    @property
    def message(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def kind(self) -> str:
        return self.headers["x-amz-sns-message-type"]


class Endpoint:
    """A receiver: answers with ``statuses`` in order, then 200."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.requests: list[Request] = []
        self.statuses: list[int] = []
        self.url = ""

    def of(self, kind: str) -> list[Request]:
        return [request for request in self.requests if request.kind == kind]

    @property
    def notifications(self) -> list[Request]:
        return self.of("Notification")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        at = round(self._world.clock.now() - START, 3)
        self.requests.append(Request(at, line.split(" ")[1], headers, body.decode()))
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


class World:
    """One emulator without a server; operations by name."""

    def __init__(self, **settings: Any) -> None:
        made = Settings(account=ACCOUNT, runtime="inline", **settings)
        self.ground = Ground(made, Clock("manual", START, settle=0), seed=1)
        self.clock = self.ground.clock
        self.runtime = InlineRuntime(self.ground)
        self.ground.runtimes["inline"] = self.runtime
        self.services = {"sns": SNS, "sqs": SQS, "lambda": LAMBDA, "events": EVENTS}
        for service in self.services.values():
            service.join(self.ground)
        self._servers: list[asyncio.Server] = []

    def call(self, **changes: Any) -> Call:
        fields = {
            "region": REGION,
            "account": ACCOUNT,
            "request_id": self.ground.ids.uuid(),
            "cause": self.ground.new_cause(),
            "base_url": BASE,
        }
        return Call(self.ground, **(fields | changes))

    def run(self, operation: str, params: dict[str, Any], service: str = "sns", **call: Any) -> Any:
        module = next(module for module in self.services[service].api if hasattr(module, operation))
        return getattr(module, operation)(self.call(**call), params)

    def do(self, operation: str, /, **params: Any) -> dict[str, Any]:
        """An operation of SNS by a signed caller."""
        answer: dict[str, Any] = self.run(operation, params)
        assert not inspect.isawaitable(answer)
        return answer

    def link(self, operation: str, **params: Any) -> dict[str, Any]:
        """The same without a signature, as the links in messages."""
        answer: dict[str, Any] = self.run(operation, params, headers={"host": "emulator.test:4566"})
        return answer

    def topic(self, name: str = "t", **attributes: str) -> str:
        return str(self.do("create_topic", Name=name, Attributes=attributes)["TopicArn"])

    def subscribe(self, protocol: str, endpoint: str, topic: str = TOPIC, **attributes: str) -> str:
        """The new subscription's ARN, confirmed or not."""
        answer = self.do(
            "subscribe",
            TopicArn=topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def publish(self, message: str = "hello", topic: str = TOPIC, **params: Any) -> str:
        return str(self.do("publish", TopicArn=topic, Message=message, **params)["MessageId"])

    def shown(self, subscription: str) -> dict[str, str]:
        shown: dict[str, str] = self.do("get_subscription_attributes", SubscriptionArn=subscription)["Attributes"]
        return shown

    # Queues and functions

    def queue(self, name: str = "q", **attributes: str) -> str:
        """Create a queue; its ARN."""
        self.run("create_queue", {"QueueName": name, "Attributes": attributes}, "sqs")
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    async def take(self, name: str = "q") -> list[dict[str, Any]]:
        """Receive and delete up to ten messages."""
        await self.clock.advance(0)
        url = f"{BASE}/{ACCOUNT}/{name}"
        wanted = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}
        answer = await self.run("receive_message", {"QueueUrl": url, **wanted}, "sqs")
        for message in answer.get("Messages", []):
            handle = message["ReceiptHandle"]
            self.run("delete_message", {"QueueUrl": url, "ReceiptHandle": handle}, "sqs")
        return list(answer.get("Messages", []))

    async def notifications(self, name: str = "q") -> list[dict[str, Any]]:
        return [json.loads(message["Body"]) for message in await self.take(name)]

    async def bodies(self, name: str = "q") -> list[str]:
        return [message["Body"] for message in await self.take(name)]

    def function(self, handler: Callable[..., Any], name: str = "f", **config: Any) -> str:
        """Create a function that runs ``handler`` of a test module; its ARN."""
        code = {"S3Bucket": "__local__", "S3Key": str(Path(__file__).parent)}
        path = f"{handler.__module__}:{handler.__name__}"
        base = {"FunctionName": name, "Runtime": "python3.12", "Role": f"arn:aws:iam::{ACCOUNT}:role/r"}
        arn = self.run("create_function", {**base, "Handler": path, "Code": code, **config}, "lambda")["FunctionArn"]
        return str(arn)

    # HTTP endpoints

    async def endpoint(self) -> Endpoint:
        made = Endpoint(self)
        server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
        self._servers.append(server)
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        return made

    async def confirmed(self, topic: str = TOPIC, **attributes: str) -> tuple[Endpoint, str]:
        """A confirmed endpoint, and its subscription's ARN."""
        endpoint = await self.endpoint()
        arn = self.subscribe("http", endpoint.url, topic, **attributes)
        await self.clock.advance(0)
        self.do("confirm_subscription", TopicArn=topic, Token=endpoint.requests.pop().message["Token"])
        return endpoint, arn

    # Looking

    def sent(self) -> list[Any]:
        return list(self.ground.cloud.shared(Outbox).messages)

    def hops(self, *kinds: str) -> list[Any]:
        return [hop for hop in self.ground.journal if hop.kind in kinds]

    async def close(self) -> None:
        await self.clock.close()
        for service in self.services.values():
            service.on_reset(self.ground)
        await self.runtime.close()
        await self.ground.cloud.shared(HttpOut).client().aclose()
        for server in self._servers:
            server.close()
            await server.wait_closed()


@asynccontextmanager
async def world(**settings: Any) -> AsyncIterator[World]:
    made = World(**settings)
    try:
        yield made
    finally:
        await made.close()


def refusal(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, str | None]:
    with pytest.raises(AwsError) as caught:
        fn(*args, **kwargs)
    return caught.value.code, caught.value.message


def invalid(text: str) -> tuple[str, str]:
    return "InvalidParameter", f"Invalid parameter: {text}"
