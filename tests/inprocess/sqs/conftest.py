"""SQS without a socket: ``sqs.send_message(QueueUrl=…)`` calls an operation as the wire would."""

import asyncio
import inspect

import pytest

from emulator.core.clock import Clock
from emulator.core.errors import AwsError
from emulator.core.ground import Call, Ground
from emulator.services.sqs.service import SERVICE

START = 1_700_000_000.0


class Sqs:
    def __init__(self):
        self.ground = Ground(clock=Clock("manual", start=START), seed=1)
        SERVICE.join(self.ground)
        self.headers = {}

    @property
    def clock(self):
        return self.ground.clock

    def call(self):
        cause = self.ground.new_cause()
        base = "http://localhost:4566"
        return Call(self.ground, "000000000000", "us-east-1", "r-1", cause, base, headers=self.headers)

    def operation(self, name):
        return next(getattr(module, name) for module in SERVICE.api if hasattr(module, name))

    def __getattr__(self, name):
        operation = self.operation(name)
        return lambda **params: operation(self.call(), params)

    async def bodies(self, url, **params):
        answer = await self.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **params)
        return [message["Body"] for message in answer.get("Messages", [])]

    async def one(self, url, **params):
        answer = await self.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"], **params)
        return answer["Messages"][0]

    def queue(self, name="q", **attributes):
        return self.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def fifo(self, name="q.fifo", **attributes):
        return self.queue(name, FifoQueue="true", **attributes)

    def counts(self, url):
        """(visible, in flight, delayed)"""
        found = self.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return tuple(int(found["ApproximateNumberOfMessages" + tail]) for tail in ("", "NotVisible", "Delayed"))

    def background(self, coroutine):
        return self.clock.spawn(coroutine, "test")

    def refusal(self, name, **params):
        """(code, message) of a refused call."""

        def run():
            result = getattr(self, name)(**params)
            return asyncio.run(result) if inspect.isawaitable(result) else result

        with pytest.raises(AwsError) as caught:
            run()
        return caught.value.code, caught.value.message


@pytest.fixture
def sqs():
    return Sqs()
