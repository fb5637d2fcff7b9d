"""Deliveries to queues and functions: shapes, filters, dead letters, order, FIFO."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sns_world import ACCOUNT, BASE, REGION, TOPIC, World, invalid, refusal, world

from emulator.core.courier import DeliveryFailedError, Parcel

ATTRIBUTES = {
    "a": {"DataType": "Number", "StringValue": "99.12"},
    "b": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
    "c": {"DataType": "String.Array", "StringValue": '["x"]'},
}
SHOWN = {
    "a": {"Type": "Number", "Value": "99.12"},
    "b": {"Type": "Binary", "Value": base64.b64encode(b"\x02\x03\x04").decode()},
    "c": {"Type": "String.Array", "Value": '["x"]'},
}
DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
REDRIVE = json.dumps({"deadLetterTargetArn": DEAD})
events: list[Any] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    events.clear()


def keep(event: Any, context: Any) -> None:
    events.append(event)


def run(story: Callable[[World], Awaitable[None]], **settings: Any) -> None:
    async def whole() -> None:
        async with world(**settings) as w:
            await story(w)

    asyncio.run(whole())


def test_a_queue_gets_the_notification() -> None:
    async def story(w: World) -> None:
        w.topic()
        arn = w.subscribe("sqs", w.queue())
        message_id = w.publish("text", Subject="s", MessageAttributes=ATTRIBUTES)
        (message,) = await w.take()
        document = json.loads(message["Body"])
        assert list(document) == [
            *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature"),
            *("SigningCertURL", "UnsubscribeURL", "MessageAttributes"),
        ]
        assert (document["Type"], document["MessageId"], document["TopicArn"]) == ("Notification", message_id, TOPIC)
        assert (document["Subject"], document["Message"]) == ("s", "text")
        assert document["Timestamp"] == "2023-11-14T22:13:20.000Z"
        assert document["SignatureVersion"] == "1"
        assert document["SigningCertURL"].startswith(f"{BASE}/_emulator/sns/SimpleNotificationService-")
        assert document["UnsubscribeURL"] == f"{BASE}/?Action=Unsubscribe&SubscriptionArn={arn}"
        assert document["MessageAttributes"] == SHOWN
        assert "MessageAttributes" not in message
        assert message["MessageId"] != message_id

    run(story)


def test_what_is_not_there_is_not_shown() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue())
        w.publish()
        (document,) = await w.notifications()
        assert not {"Subject", "MessageAttributes", "SequenceNumber"} & set(document)

    run(story)


def test_raw_delivery_to_a_queue() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue(), RawMessageDelivery="true")
        w.publish("text", Subject="dropped", MessageAttributes=ATTRIBUTES)
        (message,) = await w.take()
        assert message["Body"] == "text"
        assert message["MessageAttributes"] == ATTRIBUTES

    run(story)


def test_a_function_gets_one_record() -> None:
    async def story(w: World) -> None:
        w.topic(SignatureVersion="2")
        arn = w.subscribe("lambda", w.function(keep), RawMessageDelivery="true")
        message_id = w.publish("text")
        w.publish("more", Subject="s", MessageAttributes=ATTRIBUTES)
        await w.clock.advance(0)
        event, second = sorted(events, key=lambda event: event["Records"][0]["Sns"]["Message"], reverse=True)
        (record,) = event["Records"]
        sns = record.pop("Sns")
        assert record == {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": arn}
        assert list(sns) == [
            *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature"),
            *("SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"),
        ]
        assert (sns["MessageId"], sns["Subject"], sns["Message"]) == (message_id, None, "text")
        assert (sns["SignatureVersion"], sns["MessageAttributes"]) == ("1", {})
        assert second["Records"][0]["Sns"]["MessageAttributes"] == SHOWN

    run(story)


def test_all_subscriptions_see_one_message_id() -> None:
    async def story(w: World) -> None:
        w.topic()
        for name in ("a", "b", "c"):
            w.subscribe("sqs", w.queue(name))
        message_id = w.publish()
        got = [(await w.notifications(name))[0]["MessageId"] for name in ("a", "b", "c")]
        assert got == [message_id] * 3

    run(story)


def test_each_protocol_gets_its_text() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue())
        w.subscribe("lambda", w.function(keep))
        w.publish('{"default":"d","sqs":"for queues"}', MessageStructure="json")
        assert [document["Message"] for document in await w.notifications()] == ["for queues"]
        assert events[0]["Records"][0]["Sns"]["Message"] == "d"

    run(story)


def test_messages_arrive_in_order() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue(), RawMessageDelivery="true")
        for number in range(10):
            w.publish(str(number))
        assert await w.bodies() == [str(number) for number in range(10)]

    run(story)


def test_filters_choose() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue("all"), RawMessageDelivery="true")
        w.subscribe("sqs", w.queue("red"), RawMessageDelivery="true", FilterPolicy='{"colour":["red"]}')
        w.subscribe(
            "sqs",
            w.queue("big"),
            RawMessageDelivery="true",
            FilterPolicy='{"size":[{"numeric":[">",10]}]}',
            FilterPolicyScope="MessageBody",
        )
        red = {"colour": {"DataType": "String", "StringValue": "red"}}
        w.publish('{"size":5}', MessageAttributes=red)
        w.publish('{"size":50}')
        w.publish("text")
        assert await w.bodies("all") == ['{"size":5}', '{"size":50}', "text"]
        assert await w.bodies("red") == ['{"size":5}']
        assert await w.bodies("big") == ['{"size":50}']
        assert [(hop.detail["deliveries"], hop.detail["filtered"]) for hop in w.hops("publish")] == [
            (2, 1),
            (2, 1),
            (1, 2),
        ]

    run(story)


def test_the_trace_goes_on() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue())
        header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
        w.run("publish", {"TopicArn": TOPIC, "Message": "m"}, headers={"x-amzn-trace-id": header})
        (message,) = await w.take()
        assert message["Attributes"]["AWSTraceHeader"] == header
        publish, deliver, enqueue = w.hops("publish", "deliver", "enqueue")
        assert (deliver.parent, enqueue.parent) == (publish.id, deliver.id)
        assert publish.trace == deliver.trace == enqueue.trace

    run(story)


@pytest.mark.parametrize("raw", ["false", "true"])
def test_a_queue_that_is_gone_is_a_dead_letter_at_once(raw: str) -> None:
    async def story(w: World) -> None:
        w.topic()
        w.queue("dead")
        gone = f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone"
        w.subscribe("sqs", gone, RedrivePolicy=REDRIVE, RawMessageDelivery=raw)
        w.publish("text", MessageAttributes=ATTRIBUTES)
        (message,) = await w.take("dead")
        if raw == "true":
            assert (message["Body"], message["MessageAttributes"]) == ("text", ATTRIBUTES)
        else:
            assert json.loads(message["Body"])["MessageAttributes"] == SHOWN
            assert "MessageAttributes" not in message
        assert w.hops("retry") == []

    run(story)


def test_a_function_that_is_gone_leaves_the_notification() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.queue("dead")
        function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:gone"
        w.subscribe("lambda", function, RedrivePolicy=REDRIVE, RawMessageDelivery="true")
        w.publish("text")
        (document,) = await w.notifications("dead")
        assert (document["Type"], document["Message"]) == ("Notification", "text")

    run(story)


def test_without_a_dead_letter_queue_the_message_is_dropped() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone")
        w.publish()
        await w.clock.advance(0)
        assert [(hop.kind, hop.outcome) for hop in w.hops("deliver", "dead-letter")] == [
            ("deliver", "NO_RESOURCE"),
            ("dead-letter", "dropped"),
        ]

    run(story)


@pytest.mark.parametrize(("retries", "instants"), [(3, [0, 0, 0, 0]), (6, [0, 0, 0, 0, 1, 2, 3])])
def test_throttled_functions_are_tried_again(retries: int, instants: list[float]) -> None:
    async def story(w: World) -> None:
        tried: list[float] = []
        start = w.clock.now()

        async def throttle(parcel: Parcel) -> None:
            tried.append(round(w.clock.now() - start, 3))
            raise DeliveryFailedError("THROTTLING", "Rate Exceeded.", retryable=True)

        w.ground.courier.register_target("lambda", throttle)
        w.topic()
        w.queue("dead")
        function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
        w.subscribe("lambda", function, RedrivePolicy=REDRIVE)
        w.publish()
        await w.clock.advance(100)
        assert tried == instants
        assert len(await w.take("dead")) == 1

    run(story, sns_retries=retries)


def test_a_group_goes_to_standard_queues() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue())
        w.publish(MessageGroupId="g")
        assert (await w.take())[0]["Attributes"]["MessageGroupId"] == "g"

    run(story)


# FIFO topics


def fifo_topic(w: World, **attributes: str) -> str:
    return w.topic("t.fifo", FifoTopic="true", **attributes)


def test_a_fifo_topic_feeds_both_kinds_of_queues() -> None:
    async def story(w: World) -> None:
        topic = fifo_topic(w, ContentBasedDeduplication="true")
        w.subscribe("sqs", w.queue("q.fifo", FifoQueue="true"), topic)
        w.subscribe("sqs", w.queue("q"), topic)
        answer = w.do("publish", TopicArn=topic, Message="m", MessageGroupId="g")
        assert len(answer["SequenceNumber"]) == 20
        (message,) = await w.take("q.fifo")
        document = json.loads(message["Body"])
        assert list(document)[:3] == ["Type", "MessageId", "SequenceNumber"]
        assert document["SequenceNumber"] == answer["SequenceNumber"]
        assert not {"SignatureVersion", "Signature", "SigningCertURL"} & set(document)
        assert message["Attributes"]["MessageGroupId"] == "g"
        assert message["Attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"m").hexdigest()
        (plain,) = await w.take("q")
        assert not {"MessageGroupId", "MessageDeduplicationId"} & set(plain["Attributes"])

    run(story)


def test_repetitions_are_not_delivered_for_five_minutes() -> None:
    async def story(w: World) -> None:
        topic = fifo_topic(w)
        w.subscribe("sqs", w.queue("q"), topic, RawMessageDelivery="true")

        def publish(text: str, group: str = "g") -> dict[str, Any]:
            given = {"TopicArn": topic, "Message": text, "MessageGroupId": group, "MessageDeduplicationId": "d"}
            return w.do("publish", **given)

        first = publish("one")
        assert publish("two") == publish("three", "h") == first
        assert await w.bodies() == ["one"]
        await w.clock.advance(300)
        later = publish("four")
        assert later["MessageId"] != first["MessageId"]
        assert int(later["SequenceNumber"]) > int(first["SequenceNumber"])
        assert await w.bodies() == ["four"]

    run(story)


def test_deduplication_by_group() -> None:
    async def story(w: World) -> None:
        topic = fifo_topic(w, FifoThroughputScope="MessageGroup")
        w.subscribe("sqs", w.queue("q"), topic, RawMessageDelivery="true")
        for group in ("g", "h", "g"):
            w.publish(group, topic, MessageGroupId=group, MessageDeduplicationId="d")
        assert await w.bodies() == ["g", "h"]

    run(story)


def test_fifo_dead_letters_keep_their_group() -> None:
    async def story(w: World) -> None:
        topic = fifo_topic(w)
        dead = json.dumps({"deadLetterTargetArn": w.queue("dead.fifo", FifoQueue="true")})
        w.subscribe("sqs", f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone.fifo", topic, RedrivePolicy=dead)
        w.publish("m", topic, MessageGroupId="g", MessageDeduplicationId="d")
        (message,) = await w.take("dead.fifo")
        found = message["Attributes"]
        assert (found["MessageGroupId"], found["MessageDeduplicationId"]) == ("g", "d")

    run(story)


# Batches


def batch(w: World, *entries: dict[str, Any], topic: str = TOPIC) -> dict[str, Any]:
    return w.do("publish_batch", TopicArn=topic, PublishBatchRequestEntries=list(entries))


def test_a_batch() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("sqs", w.queue(), RawMessageDelivery="true")
        answer = batch(w, *({"Id": str(number), "Message": f"m{number}"} for number in range(10)))
        assert answer["Failed"] == []
        assert [entry["Id"] for entry in answer["Successful"]] == [str(number) for number in range(10)]
        assert await w.bodies() == [f"m{number}" for number in range(10)]

    run(story)


def test_a_batch_repeats_the_first_answer() -> None:
    w = World()
    topic = fifo_topic(w)
    entry = {"Message": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d"}

    async def story() -> None:
        one, two = batch(w, {"Id": "1", **entry}, {"Id": "2", **entry}, topic=topic)["Successful"]
        assert (one["MessageId"], one["SequenceNumber"]) == (two["MessageId"], two["SequenceNumber"])

    asyncio.run(story())


@pytest.mark.parametrize(
    ("entries", "code", "text"),
    [
        (
            [{"Id": str(number), "Message": "m"} for number in range(11)],
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible.",
        ),
        (
            [{"Id": "1", "Message": "m"}] * 2,
            "BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.",
        ),
        (
            [{"Id": "1", "Message": "m" * 200_000}, {"Id": "2", "Message": "m" * 62_145}],
            "BatchRequestTooLong",
            "The length of all the messages put together is more than the limit.",
        ),
        (
            [{"Id": "a b", "Message": "m"}],
            "InvalidBatchEntryId",
            "The Id of a batch entry in the batch request contains an impermissible character: a b",
        ),
        (
            [{"Id": "x" * 81, "Message": "m"}],
            "InvalidBatchEntryId",
            "The Id of a batch entry in the batch request is too long: " + "x" * 81,
        ),
        (
            [{"Id": "1", "Message": "m", "MessageAttributes": {"a": {"StringValue": "x"}}}],
            "ValidationError",
            "1 validation error detected: Value null at 'publishBatchRequestEntries.1.member.messageAttributes.a."
            "member.dataType' failed to satisfy constraint: Member must not be null",
        ),
    ],
)
def test_refused_batches(entries: list[dict[str, Any]], code: str, text: str) -> None:
    w = World()
    w.topic()
    assert refusal(batch, w, *entries) == (code, text)


def test_empty_batches() -> None:
    w = World()
    w.topic()
    assert refusal(batch, w)[0] == "EmptyBatchRequest"


def test_one_bad_entry_fails_the_batch() -> None:
    async def story(w: World) -> None:
        topic = fifo_topic(w, ContentBasedDeduplication="true")
        w.subscribe("sqs", w.queue(), topic)
        entries = [{"Id": "1", "Message": "m", "MessageGroupId": "g"}, {"Id": "2", "Message": "n"}]
        text = "The MessageGroupId parameter is required for FIFO topics"
        assert refusal(batch, w, *entries, topic=topic) == invalid(text)
        assert await w.take() == []

    run(story)


def test_where_to_publish() -> None:
    w = World()
    topic = w.topic()

    async def story() -> None:
        assert w.do("publish", TargetArn=topic, Message="m")["MessageId"]
        endpoint = f"arn:aws:sns:{REGION}:{ACCOUNT}:endpoint/GCM/app/1"
        assert refusal(w.do, "publish", TargetArn=endpoint, Message="m") == invalid(
            "TargetArn Reason: No endpoint found for the target arn specified"
        )
        unknown = f"{topic}x"
        assert refusal(w.do, "publish", TopicArn=unknown, Message="m") == ("NotFound", "Topic does not exist")
        assert refusal(w.do, "publish", Message="m")[0] == "InvalidParameter"

    asyncio.run(story())
