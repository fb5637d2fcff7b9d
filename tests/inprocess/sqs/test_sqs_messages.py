"""Visibility, delay, long polls, retention on standard queues."""

import asyncio
import contextlib

import pytest

from emulator.services.sqs.receipts import Receipt


def test_a_message_in_full(sqs):
    async def story():
        url = sqs.queue()
        sent = sqs.send_message(
            QueueUrl=url, MessageBody="message", MessageAttributes={"k": {"DataType": "String", "StringValue": "x"}}
        )
        assert sent["MD5OfMessageBody"] == "78e731027d8fd50ed642340b7c9a63b3"
        assert sent["MD5OfMessageAttributes"] == "a45daa70926828a2f0a1db3418e6feb4"
        assert "SequenceNumber" not in sent
        await sqs.clock.advance(0.123)
        message = await sqs.one(url, MessageAttributeNames=["k"])
        assert message["MessageId"] == sent["MessageId"]
        assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
        assert message["MessageAttributes"] == {"k": {"DataType": "String", "StringValue": "x"}}
        assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
        assert message["Attributes"] == {
            "SenderId": "000000000000",
            "SentTimestamp": "1700000000000",
            "ApproximateReceiveCount": "1",
            "ApproximateFirstReceiveTimestamp": "1700000000123",
        }

    asyncio.run(story())


def test_attributes_only_when_asked_for(sqs):
    async def story():
        url = sqs.queue()
        sqs.send_message(
            QueueUrl=url, MessageBody="b", MessageAttributes={"k": {"DataType": "Number", "StringValue": "1"}}
        )
        (message,) = (await sqs.receive_message(QueueUrl=url))["Messages"]
        assert set(message) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}

    asyncio.run(story())


def test_nothing_there_means_no_key(sqs):
    assert asyncio.run(sqs.receive_message(QueueUrl=sqs.queue())) == {}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("MaxNumberOfMessages", 11, "Must be between 1 and 10, if provided."),
        ("MaxNumberOfMessages", 0, "Must be between 1 and 10, if provided."),
        ("WaitTimeSeconds", 21, "Must be >= 0 and <= 20, if provided."),
        ("WaitTimeSeconds", -1, "Must be >= 0 and <= 20, if provided."),
    ],
)
def test_receive_ranges(sqs, name, value, reason):
    text = f"Value {value} for parameter {name} is invalid. Reason: {reason}"
    refusal = sqs.refusal("receive_message", QueueUrl=sqs.queue(), **{name: value})
    assert refusal == ("InvalidParameterValueException", text)


def test_visibility_timeout_brings_a_message_back(sqs):
    async def story():
        url = sqs.queue(VisibilityTimeout="10")
        sqs.send_message(QueueUrl=url, MessageBody="b")
        first = await sqs.one(url)
        assert sqs.counts(url) == (0, 1, 0)
        await sqs.clock.advance(9.9)
        assert await sqs.bodies(url) == []
        await sqs.clock.advance(0.1)
        second = await sqs.one(url)
        assert second["Attributes"]["ApproximateReceiveCount"] == "2"
        assert second["ReceiptHandle"] != first["ReceiptHandle"]
        stamp = "ApproximateFirstReceiveTimestamp"
        assert second["Attributes"][stamp] == first["Attributes"][stamp]

    asyncio.run(story())


def test_visibility_of_one_receive_does_not_change_the_queue(sqs):
    async def story():
        url = sqs.queue()
        sqs.send_message(QueueUrl=url, MessageBody="b")
        assert await sqs.bodies(url, VisibilityTimeout=0) == ["b"]
        assert sqs.counts(url) == (1, 0, 0)
        assert await sqs.bodies(url, VisibilityTimeout=5) == ["b"]
        await sqs.clock.advance(5)
        assert await sqs.bodies(url) == ["b"]
        await sqs.clock.advance(29)
        assert await sqs.bodies(url) == []

    asyncio.run(story())


def test_change_visibility(sqs):
    async def story():
        url = sqs.queue()
        sqs.send_message(QueueUrl=url, MessageBody="b")
        handle = (await sqs.one(url))["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=100)
        await sqs.clock.advance(99)
        assert await sqs.bodies(url) == []
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        newer = await sqs.one(url)
        await sqs.clock.advance(30)  # the queue's own timeout again
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=newer["ReceiptHandle"], VisibilityTimeout=0)
        assert await sqs.bodies(url) == ["b"]
        # An older handle still works (recorded from AWS).
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        assert await sqs.bodies(url) == ["b"]

    asyncio.run(story())


def test_change_visibility_refusals(sqs):
    async def story():
        url = sqs.queue()
        sqs.send_message(QueueUrl=url, MessageBody="b")
        handle = (await sqs.one(url))["ReceiptHandle"]
        for seconds in (-1, 43201):
            refusal = sqs.refusal(
                "change_message_visibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds
            )
            assert refusal[0] == "InvalidParameterValueException"
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        refusal = sqs.refusal("change_message_visibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=1)
        reason = "Message does not exist or is not available for visibility timeout change."
        text = f"Value {handle} for parameter ReceiptHandle is invalid. Reason: {reason}"
        assert refusal == ("InvalidParameterValueException", text)

    asyncio.run(story())


def test_delete_again_and_with_an_old_handle(sqs):
    async def story():
        url = sqs.queue(VisibilityTimeout="1")
        sqs.send_message(QueueUrl=url, MessageBody="b")
        handle = (await sqs.one(url))["ReceiptHandle"]
        await sqs.clock.advance(1)
        await sqs.one(url)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        await sqs.clock.advance(60)
        assert sqs.counts(url) == (0, 0, 0)

    asyncio.run(story())


def test_garbage_handles(sqs):
    url = sqs.queue()
    text = 'The input receipt handle "garbage" is not a valid receipt handle.'
    expected = ("ReceiptHandleIsInvalid", text)
    assert sqs.refusal("delete_message", QueueUrl=url, ReceiptHandle="garbage") == expected
    change = {"QueueUrl": url, "ReceiptHandle": "garbage", "VisibilityTimeout": 1}
    assert sqs.refusal("change_message_visibility", **change) == expected
    foreign = Receipt("arn:aws:sqs:us-east-1:000000000000:other", "m", 1).handle()
    assert sqs.refusal("delete_message", QueueUrl=url, ReceiptHandle=foreign)[0] == "ReceiptHandleIsInvalid"


def test_delay_of_message_and_queue(sqs):
    async def story():
        url = sqs.queue(DelaySeconds="5")
        sqs.send_message(QueueUrl=url, MessageBody="queue's")
        sqs.send_message(QueueUrl=url, MessageBody="now", DelaySeconds=0)
        sqs.send_message(QueueUrl=url, MessageBody="own", DelaySeconds=9)
        assert sqs.counts(url) == (1, 0, 2)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})  # not for messages already here
        assert await sqs.bodies(url) == ["now"]
        await sqs.clock.advance(5)
        assert await sqs.bodies(url) == ["queue's"]
        await sqs.clock.advance(4)
        assert await sqs.bodies(url) == ["own"]

    asyncio.run(story())


def test_long_poll_ends_with_the_first_message(sqs):
    async def story():
        url = sqs.queue()
        poll = sqs.background(sqs.bodies(url, WaitTimeSeconds=20))
        await sqs.clock.advance(3)
        assert not poll.done()
        sqs.send_message(QueueUrl=url, MessageBody="b")
        assert await poll == ["b"]
        assert sqs.clock.now() == pytest.approx(1_700_000_003)

    asyncio.run(story())


def test_long_poll_ends_empty_after_the_queues_own_wait(sqs):
    async def story():
        url = sqs.queue(ReceiveMessageWaitTimeSeconds="7")
        poll = sqs.background(sqs.bodies(url))
        await sqs.clock.advance(6.9)
        assert not poll.done()
        await sqs.clock.advance(0.1)
        assert await poll == []

    asyncio.run(story())


@pytest.mark.parametrize("how", ["delay", "visibility", "change"])
def test_long_poll_wakes(sqs, how):
    async def story():
        url = sqs.queue(VisibilityTimeout="6")
        sqs.send_message(QueueUrl=url, MessageBody="b", DelaySeconds=6 if how == "delay" else 0)
        handle = (await sqs.one(url))["ReceiptHandle"] if how != "delay" else ""
        poll = sqs.background(sqs.bodies(url, WaitTimeSeconds=20))
        await sqs.clock.advance(5)
        assert not poll.done()
        if how == "change":
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        else:
            await sqs.clock.advance(1)
        assert await poll == ["b"]

    asyncio.run(story())


def test_waiting_polls_are_served_in_order_of_arrival(sqs):
    async def story():
        url = sqs.queue()
        first = sqs.background(sqs.one(url, WaitTimeSeconds=20))
        second = sqs.background(sqs.one(url, WaitTimeSeconds=20))
        await sqs.clock.advance(1)
        sqs.send_message(QueueUrl=url, MessageBody="a")
        await sqs.clock.advance(1)
        assert first.done()
        assert not second.done()
        sqs.send_message(QueueUrl=url, MessageBody="b")
        assert (await second)["Body"] == "b"

    asyncio.run(story())


@pytest.mark.parametrize("woken", [False, True])
def test_a_client_that_leaves_loses_nothing(sqs, woken):
    async def story():
        url = sqs.queue()
        gone = sqs.background(sqs.bodies(url, WaitTimeSeconds=20))
        other = sqs.background(sqs.bodies(url, WaitTimeSeconds=20))
        await sqs.clock.advance(1)
        if woken:
            sqs.send_message(QueueUrl=url, MessageBody="b")
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone
        if not woken:
            sqs.send_message(QueueUrl=url, MessageBody="b")
        assert await other == ["b"]

    asyncio.run(story())


def test_deleting_the_queue_ends_a_long_poll(sqs):
    async def story():
        url = sqs.queue()
        poll = sqs.background(sqs.bodies(url, WaitTimeSeconds=20))
        await sqs.clock.advance(1)
        sqs.delete_queue(QueueUrl=url)
        assert await poll == []
        assert sqs.clock.status()["timers"] == 0

    asyncio.run(story())


def test_retention_removes_even_messages_in_flight(sqs):
    async def story():
        url = sqs.queue(MessageRetentionPeriod="60", VisibilityTimeout="3600")
        sqs.send_message(QueueUrl=url, MessageBody="in flight")
        handle = (await sqs.one(url))["ReceiptHandle"]
        await sqs.clock.advance(30)
        sqs.send_message(QueueUrl=url, MessageBody="younger")
        await sqs.clock.advance(30)
        assert sqs.counts(url) == (1, 0, 0)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "100"})
        await sqs.clock.advance(69)
        assert sqs.counts(url) == (1, 0, 0)
        await sqs.clock.advance(1)
        assert sqs.counts(url) == (0, 0, 0)

    asyncio.run(story())


def test_trace_header_of_the_request(sqs):
    async def story():
        url = sqs.queue()
        sqs.headers = {"x-amz-target": "AmazonSQS.SendMessage", "x-amzn-trace-id": "Root=1-a;Sampled=1"}
        sqs.send_message(QueueUrl=url, MessageBody="b")
        assert (await sqs.one(url))["Attributes"]["AWSTraceHeader"] == "Root=1-a;Sampled=1"

    asyncio.run(story())


def test_which_list_of_system_attributes_decides(sqs):
    async def story():
        url = sqs.queue()
        names = {
            "AttributeNames": ["SenderId"],
            "MessageSystemAttributeNames": ["SentTimestamp"],
            "VisibilityTimeout": 0,
        }
        sqs.send_message(QueueUrl=url, MessageBody="b")
        for headers, expected in (({"x-amz-target": "…"}, "SentTimestamp"), ({"host": "h"}, "SenderId")):
            sqs.headers = headers
            (message,) = (await sqs.receive_message(QueueUrl=url, **names))["Messages"]
            assert list(message["Attributes"]) == [expected]

    asyncio.run(story())


def test_digest_covers_the_returned_attributes_only(sqs):
    async def story():
        url = sqs.queue()
        value = {"DataType": "String", "StringValue": "x"}
        sqs.send_message(QueueUrl=url, MessageBody="b", MessageAttributes={"k": value, "other": value})
        message = await sqs.one(url, MessageAttributeNames=["k"])
        assert message["MD5OfMessageAttributes"] == "a45daa70926828a2f0a1db3418e6feb4"

    asyncio.run(story())
