"""FIFO queues: groups, blocking, deduplication."""

import asyncio
import hashlib
import json

import pytest


def send(sqs, url, *messages):
    """Send ``g1-m1`` to group ``g1``."""
    return [
        sqs.send_message(QueueUrl=url, MessageBody=text, MessageGroupId=text[:2], MessageDeduplicationId=text)
        for text in messages
    ]


async def take(sqs, url, limit=10, **params):
    """body → receipt handle"""
    answer = await sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=limit, **params)
    return {message["Body"]: message["ReceiptHandle"] for message in answer.get("Messages", [])}


def test_sequence_numbers_increase(sqs):
    url = sqs.fifo()
    numbers = [answer["SequenceNumber"] for answer in send(sqs, url, "g1-m1", "g2-m1", "g1-m2")]
    assert all(len(number) == 20 and number.isdigit() for number in numbers)
    assert numbers == sorted(set(numbers))


def test_one_group_before_the_next(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1", "g2-m1", "g1-m2", "g1-m3")
        assert list(await take(sqs, url)) == ["g1-m1", "g1-m2", "g1-m3", "g2-m1"]

    asyncio.run(story())


def test_a_served_group_goes_to_the_end(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1", "g1-m2", "g2-m1", "g2-m2", "g3-m1")
        assert list(await take(sqs, url, 3, VisibilityTimeout=0)) == ["g1-m1", "g1-m2", "g2-m1"]
        assert list(await take(sqs, url)) == ["g3-m1", "g1-m1", "g1-m2", "g2-m1", "g2-m2"]

    asyncio.run(story())


def test_messages_behind_one_in_flight_wait(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1")
        handles = await take(sqs, url)
        send(sqs, url, "g1-m2")
        assert await take(sqs, url) == {}
        assert sqs.counts(url) == (1, 1, 0)  # the blocked one counts as visible
        poll = sqs.background(take(sqs, url, WaitTimeSeconds=20))
        await sqs.clock.advance(1)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handles["g1-m1"])
        assert list(await poll) == ["g1-m2"]

    asyncio.run(story())


def test_deleting_the_first_of_two_in_flight_frees_nothing(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1", "g1-m2", "g1-m3")
        handles = await take(sqs, url, 2)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handles["g1-m1"])
        assert await take(sqs, url) == {}

    asyncio.run(story())


def test_only_the_messages_before_an_extended_one_come_back(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1", "g1-m2", "g1-m3")
        handles = await take(sqs, url)
        handle = handles["g1-m2"]
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=100)
        await sqs.clock.advance(30)
        assert list(await take(sqs, url)) == ["g1-m1"]
        await sqs.clock.advance(31)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)  # extended before its end: still valid
        assert list(await take(sqs, url)) == ["g1-m1", "g1-m3"]

    asyncio.run(story())


def test_making_the_first_visible_leaves_the_second_out(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1", "g1-m2")
        handles = await take(sqs, url)
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handles["g1-m1"], VisibilityTimeout=0)
        assert list(await take(sqs, url)) == ["g1-m1"]

    asyncio.run(story())


def test_handles_expire(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1")
        handle = (await take(sqs, url))["g1-m1"]
        await sqs.clock.advance(30)
        text = f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        expected = ("InvalidParameterValueException", text)
        assert sqs.refusal("delete_message", QueueUrl=url, ReceiptHandle=handle) == expected
        assert sqs.counts(url) == (1, 0, 0)

    asyncio.run(story())


def test_duplicates_within_five_minutes_even_after_deletion(sqs):
    async def story():
        url = sqs.fifo()
        (first,) = send(sqs, url, "g1-m1")
        sqs.delete_message(QueueUrl=url, ReceiptHandle=(await take(sqs, url))["g1-m1"])
        await sqs.clock.advance(299)
        (again,) = send(sqs, url, "g1-m1")
        assert again["MessageId"] == first["MessageId"]
        assert await take(sqs, url) == {}
        await sqs.clock.advance(1)
        send(sqs, url, "g1-m1")
        assert list(await take(sqs, url)) == ["g1-m1"]

    asyncio.run(story())


@pytest.mark.parametrize(("scope", "accepted"), [("queue", 1), ("messageGroup", 2)])
def test_scope_of_deduplication(sqs, scope, accepted):
    async def story():
        url = sqs.fifo(DeduplicationScope=scope)
        other = "messageGroup" if scope == "queue" else "queue"
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"DeduplicationScope": other})  # shows, but changes nothing
        for group in ("a", "b"):
            sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId=group, MessageDeduplicationId="d")
        assert sqs.counts(url) == (accepted, 0, 0)

    asyncio.run(story())


def test_content_based_deduplication(sqs):
    async def story():
        url = sqs.fifo(ContentBasedDeduplication="true")
        value = {"k": {"DataType": "String", "StringValue": "x"}}
        sqs.send_message(QueueUrl=url, MessageBody="b", MessageGroupId="g")
        sqs.send_message(QueueUrl=url, MessageBody="b", MessageGroupId="g", MessageAttributes=value)
        sqs.send_message(QueueUrl=url, MessageBody="b", MessageGroupId="g", MessageDeduplicationId="own")
        answer = await sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageDeduplicationId"]
        )
        ids = [message["Attributes"]["MessageDeduplicationId"] for message in answer["Messages"]]
        assert ids == [hashlib.sha256(b"b").hexdigest(), "own"]

    asyncio.run(story())


def test_purge_clears_the_memory(sqs):
    async def story():
        url = sqs.fifo()
        send(sqs, url, "g1-m1")
        sqs.purge_queue(QueueUrl=url)
        send(sqs, url, "g1-m1")
        assert list(await take(sqs, url)) == ["g1-m1"]

    asyncio.run(story())


def test_a_changed_delay_holds_for_messages_already_there(sqs):
    async def story():
        url = sqs.fifo(DelaySeconds="10")
        send(sqs, url, "g1-m1")
        await sqs.clock.advance(4)
        assert sqs.counts(url) == (0, 0, 1)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "5"})
        await sqs.clock.advance(1)
        assert list(await take(sqs, url)) == ["g1-m1"]

    asyncio.run(story())


def test_a_dead_letter_unblocks_its_group(sqs):
    async def story():
        dead = sqs.fifo("dlq.fifo")
        arn = "arn:aws:sqs:us-east-1:000000000000:dlq.fifo"
        url = sqs.fifo(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1}))
        send(sqs, url, "g1-m1", "g1-m2")
        assert list(await take(sqs, url, 1)) == ["g1-m1"]
        await sqs.clock.advance(30)
        assert list(await take(sqs, url)) == ["g1-m2"]
        message = await sqs.one(dead)
        assert message["Body"] == "g1-m1"
        assert message["Attributes"]["SentTimestamp"] == "1700000030000"
        assert message["Attributes"]["MessageGroupId"] == "g1"

    asyncio.run(story())


def test_a_batch_keeps_its_order_and_fails_as_a_whole_without_group(sqs):
    async def story():
        url = sqs.fifo()
        entries = [
            {"Id": str(n), "MessageBody": str(n), "MessageGroupId": "g", "MessageDeduplicationId": str(n)}
            for n in range(10)
        ]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
        assert await sqs.bodies(url) == [str(n) for n in range(10)]
        text = "The request must contain the parameter MessageGroupId."
        refusal = sqs.refusal("send_message_batch", QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "b"}])
        assert refusal == ("InvalidParameterValueException", text)

    asyncio.run(story())


def test_a_group_on_a_standard_queue_blocks_nothing(sqs):
    async def story():
        url = sqs.queue()
        for body in "ab":
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="tenant")
        assert (await sqs.one(url))["Attributes"]["MessageGroupId"] == "tenant"
        assert await sqs.bodies(url) == ["b"]

    asyncio.run(story())
