"""Queues as targets of other services and as event sources; whose timers drive time."""

import asyncio

from emulator.core.clock import Clock
from emulator.core.timers import TimerKind
from emulator.services.sqs.service import SERVICE

ARN = "arn:aws:sqs:us-east-1:000000000000:q"
ME = "arn:aws:events:us-east-1:000000000000:rule/r"


def kinds(sqs):
    return [entry["owed_by"] for entry in sqs.clock.status()["next"]]


def test_delivery_is_send_message(sqs):
    async def story():
        url = sqs.queue()
        cause = sqs.ground.new_cause()
        value = {"RequestID": {"DataType": "String", "StringValue": "1"}}
        delivery = await sqs.ground.courier.deliver(ARN, '{"a":1}', ME, cause, {"MessageAttributes": value})
        message = await sqs.one(url, MessageAttributeNames=["All"])
        assert delivery.ok
        assert delivery.result["MessageId"] == message["MessageId"]
        assert message["Body"] == '{"a":1}'
        assert message["MessageAttributes"] == value
        assert message["Attributes"]["AWSTraceHeader"] == f"Root={cause.trace};Parent={delivery.hop.id};Sampled=1"
        deliver, enqueue, receive = sqs.ground.journal.of(cause.trace)
        assert (deliver.kind, enqueue.kind, receive.kind) == ("deliver", "enqueue", "receive")
        assert (enqueue.source, enqueue.target, enqueue.parent) == (ME, ARN, deliver.id)
        assert receive.parent == enqueue.id

    asyncio.run(story())


def test_failed_deliveries(sqs):
    async def story():
        cause = sqs.ground.new_cause()
        missing = await sqs.ground.courier.deliver(ARN, "b", ME, cause)
        assert (missing.ok, missing.code, missing.retryable) == (False, "NO_RESOURCE", False)
        assert "AWS.SimpleQueueService.NonExistentQueue" in missing.message
        sqs.fifo()
        refused = await sqs.ground.courier.deliver(ARN + ".fifo", "b", ME, cause)
        assert (refused.ok, refused.retryable) == (False, False)

    asyncio.run(story())


def test_a_poller_receives_everything_with_its_cause(sqs):
    async def story():
        sqs.queue(VisibilityTimeout="40")
        cause = sqs.ground.new_cause()
        source = sqs.ground.courier.source(ARN)
        assert (source.arn, source.visibility_timeout, source.exists) == (ARN, 40.0, True)
        waiting = sqs.background(sqs.clock.wait(source.waiters, 20))
        await sqs.clock.advance(1)
        await sqs.ground.courier.deliver(ARN, "b", ME, cause)
        assert await waiting
        (received,) = source.receive(10)
        assert received.message["Attributes"]["ApproximateReceiveCount"] == "1"
        assert received.message["Attributes"]["SenderId"] == "000000000000"
        assert received.cause.trace == cause.trace
        assert received.cause.parent == sqs.ground.journal.of(cause.trace)[-1].id
        assert kinds(sqs) == ["owed", "standing"]
        source.change_visibility(received.message["ReceiptHandle"], 0)
        (again,) = source.receive(10, visibility=100)
        assert again.message["Attributes"]["ApproximateReceiveCount"] == "2"
        source.delete(again.message["ReceiptHandle"])
        assert sqs.clock.status()["timers"] == 0
        assert [hop.kind for hop in sqs.ground.journal.of(cause.trace)][-1] == "delete"

    asyncio.run(story())


def test_a_poller_takes_more_than_ten(sqs):
    url = sqs.queue()
    for _ in range(15):
        sqs.send_message(QueueUrl=url, MessageBody="b")
    assert len(sqs.ground.courier.source(ARN).receive(100)) == 15


def test_source_of_a_missing_or_deleted_queue(sqs):
    assert sqs.ground.courier.source(ARN) is None
    url = sqs.queue()
    source = sqs.ground.courier.source(ARN)
    sqs.delete_queue(QueueUrl=url)
    assert not source.exists
    assert source.receive(1) == []


def test_who_owes_what(sqs):
    async def story():
        url = sqs.queue()
        sqs.send_message(QueueUrl=url, MessageBody="b")
        assert kinds(sqs) == ["standing"]
        await sqs.bodies(url)
        assert kinds(sqs) == ["outside", "standing"]
        sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=50)
        assert kinds(sqs) == ["outside", "owed", "standing"]
        sqs.background(sqs.bodies(url, WaitTimeSeconds=20))
        await sqs.clock.advance(0)
        assert TimerKind.OWED.value == kinds(sqs)[0]

    asyncio.run(story())


def test_deleting_leaves_no_timer_that_could_move_time(sqs):
    async def story():
        url = sqs.queue()
        for body in "abc":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        source = sqs.ground.courier.source(ARN)
        for received in source.receive(3):
            source.delete(received.message["ReceiptHandle"])
        assert sqs.clock.status()["next"] == []

    asyncio.run(story())


def test_time_does_not_pass_the_newest_receive_of_a_client_before_its_grace(sqs):
    """Two receives, the first one past its grace: an owed timer beyond both must still wait for the second."""

    async def story():
        clock = Clock("auto", start=1_700_000_000.0, settle=0.0, grace=0.15)
        sqs.ground.clock = clock
        url = sqs.queue()
        for body in "ab":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        with clock.hold():
            await sqs.one(url)
            await asyncio.sleep(0.15)
            handle = (await sqs.one(url))["ReceiptHandle"]
            poll = sqs.background(clock.sleep(60))
        await asyncio.sleep(0.05)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        assert sqs.counts(url) == (0, 1, 0)
        await poll
        assert sqs.counts(url) == (1, 0, 0)
        await clock.close()

    asyncio.run(story())


def test_reset_ends_long_polls(sqs):
    async def story():
        poll = sqs.background(sqs.bodies(sqs.queue(), WaitTimeSeconds=20))
        await sqs.clock.advance(1)
        SERVICE.on_reset(sqs.ground)
        assert await poll == []

    asyncio.run(story())
