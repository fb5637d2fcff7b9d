"""Bugs of the emulator's own: told to the caller, written down, and survived."""

import asyncio
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from house_world import house, receive, submit

from emulator.services.sqs import api_queues
from emulator.services.sqs.queue import Queue


def client(h, service):
    return boto3.client(
        service,
        endpoint_url=h.emulator.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )


def broken(*args, **kwargs):
    raise ZeroDivisionError("a bug")


def test_a_failing_operation_is_a_500_and_a_fault(monkeypatch):
    async def main():
        async with house() as h:
            monkeypatch.setattr(api_queues, "list_queues", broken)
            sqs = client(h, "sqs")
            with pytest.raises(ClientError) as refused:
                await asyncio.to_thread(sqs.list_queues)
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
            assert [hop.target for hop in h.hops("fault")] == ["sqs:ListQueues"]
            assert h.clock.busy == 0
            assert await asyncio.to_thread(lambda: sqs.get_queue_url(QueueName="empty")["QueueUrl"])

    asyncio.run(main())


def test_a_failing_queue_loses_a_record_but_not_the_house(monkeypatch):
    async def main():
        async with house() as h, h.connect() as socket:
            send = Queue.send
            monkeypatch.setattr(Queue, "send", broken)
            await submit(socket, "good", "1")
            faults = await h.until("fault")
            assert [hop.outcome for hop in faults] == ["ZeroDivisionError"]
            assert [hop.outcome for hop in h.hops("record")] == ["INTERNAL_ERROR"]
            await h.clock.advance(1)
            monkeypatch.setattr(Queue, "send", send)
            await submit(socket, "good", "2")
            assert (await receive(socket))["task_id"] == "2"

    asyncio.run(main())


def test_a_failing_timer_and_a_failing_process_are_faults():
    async def main():
        async with house() as h:
            fired = []
            h.clock.at(h.clock.now() + 1, broken)
            h.clock.at(h.clock.now() + 2, lambda: h.clock.spawn(_break(), "a process"))
            h.clock.at(h.clock.now() + 3, lambda: fired.append(1))
            await h.clock.advance(3)
            assert fired == [1]
            assert [(hop.source, hop.outcome) for hop in h.hops("fault")] == [
                ("timer", "ZeroDivisionError"),
                ("a process", "ZeroDivisionError"),
            ]
            assert h.clock.busy == 0

    asyncio.run(main())


async def _break():
    broken()


def test_a_failing_address_lookup_is_a_500(monkeypatch):
    from emulator.server import front

    async def main():
        async with house() as h:
            monkeypatch.setattr(front.wire, "identify", broken)

            def ask():
                with pytest.raises(urllib.error.HTTPError) as refused:
                    urllib.request.urlopen(h.emulator.url + "/", timeout=5)
                refused.value.close()
                return refused.value.code

            assert await asyncio.to_thread(ask) == 500
            assert len(h.hops("fault")) == 1
            assert h.clock.busy == 0

    asyncio.run(main())
