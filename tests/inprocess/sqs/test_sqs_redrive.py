"""Dead letters and message move tasks."""

import asyncio
import base64
import json

import pytest

ARN = "arn:aws:sqs:us-east-1:000000000000:"


def with_dead_letters(sqs, limit=1, **attributes):
    """(source URL, dead-letter URL)"""
    dead = sqs.queue("dlq")
    policy = json.dumps({"deadLetterTargetArn": ARN + "dlq", "maxReceiveCount": limit})
    return sqs.queue("q", RedrivePolicy=policy, **attributes), dead


async def kill(sqs, url, *bodies):
    """Let messages of a queue with maxReceiveCount 1 die."""
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    await sqs.bodies(url, VisibilityTimeout=0)
    assert await sqs.bodies(url) == []


def test_a_message_is_delivered_as_often_as_allowed_and_goes_on_counting(sqs):
    async def story():
        url, dead = with_dead_letters(sqs, 2, VisibilityTimeout="10")
        value = {"k": {"DataType": "String", "StringValue": "x"}}
        sent = sqs.send_message(QueueUrl=url, MessageBody="b", MessageAttributes=value, MessageGroupId="tenant")
        for count in ("1", "2"):
            assert (await sqs.one(url))["Attributes"]["ApproximateReceiveCount"] == count
            await sqs.clock.advance(10)
        assert sqs.counts(dead) == (0, 0, 0)  # the move happens inside the next receive
        assert await sqs.bodies(url) == []
        message = await sqs.one(dead, MessageAttributeNames=["All"])
        assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "b")
        assert message["MessageAttributes"] == value
        found = message["Attributes"]
        assert found["ApproximateReceiveCount"] == "3"
        assert found["DeadLetterQueueSourceArn"] == ARN + "q"
        assert found["MessageGroupId"] == "tenant"
        assert found["SentTimestamp"] == "1700000000000"

    asyncio.run(story())


def test_the_next_message_is_returned_in_the_same_receive(sqs):
    async def story():
        url, dead = with_dead_letters(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="dying")
        await sqs.bodies(url, VisibilityTimeout=0)
        sqs.send_message(QueueUrl=url, MessageBody="fresh")
        assert await sqs.bodies(url) == ["fresh"]
        assert await sqs.bodies(dead) == ["dying"]

    asyncio.run(story())


def test_a_long_poll_on_the_dead_letter_queue_wakes(sqs):
    async def story():
        url, dead = with_dead_letters(sqs)
        poll = sqs.background(sqs.bodies(dead, WaitTimeSeconds=20))
        await sqs.clock.advance(1)
        await kill(sqs, url, "b")
        assert await poll == ["b"]

    asyncio.run(story())


def test_retention_counts_from_the_original_sending(sqs):
    async def story():
        url, dead = with_dead_letters(sqs)
        sqs.set_queue_attributes(QueueUrl=dead, Attributes={"MessageRetentionPeriod": "60"})
        sqs.send_message(QueueUrl=url, MessageBody="b")
        await sqs.clock.advance(50)
        await sqs.bodies(url, VisibilityTimeout=0)
        await sqs.bodies(url)
        assert sqs.counts(dead) == (1, 0, 0)
        await sqs.clock.advance(10)
        assert sqs.counts(dead) == (0, 0, 0)

    asyncio.run(story())


def test_journal_of_a_dead_letter(sqs):
    async def story():
        url, dead = with_dead_letters(sqs)
        await kill(sqs, url, "b")
        await sqs.bodies(dead)
        hops = list(sqs.ground.journal)
        assert [hop.kind for hop in hops] == ["enqueue", "receive", "redrive", "receive"]
        assert len({hop.trace for hop in hops}) == 1
        assert [hop.parent for hop in hops[1:]] == [hop.id for hop in hops[:-1]]
        assert (hops[0].target, hops[0].payload) == (ARN + "q", "b")
        assert (hops[2].source, hops[2].target) == (ARN + "q", ARN + "dlq")

    asyncio.run(story())


def test_sources_of_a_dead_letter_queue(sqs):
    url, dead = with_dead_letters(sqs)
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead) == {"queueUrls": [url]}
    assert sqs.list_dead_letter_source_queues(QueueUrl=url) == {"queueUrls": []}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead) == {"queueUrls": []}


def test_redrive_policy_needs_a_dead_letter_queue_that_takes_it(sqs):
    policy = json.dumps({"deadLetterTargetArn": ARN + "nowhere", "maxReceiveCount": 1})
    refusal = sqs.refusal("create_queue", QueueName="q", Attributes={"RedrivePolicy": policy})
    assert refusal[0] == "InvalidParameterValueException"
    deny = json.dumps({"redrivePermission": "denyAll"})
    sqs.queue("closed", RedriveAllowPolicy=deny)
    policy = json.dumps({"deadLetterTargetArn": ARN + "closed", "maxReceiveCount": 1})
    refusal = sqs.refusal("set_queue_attributes", QueueUrl=sqs.queue(), Attributes={"RedrivePolicy": policy})
    assert refusal[0] == "InvalidParameterValueException"


def tasks(sqs):
    return sqs.list_message_move_tasks(SourceArn=ARN + "dlq", MaxResults=10)["Results"]


def test_dead_letters_go_back_to_their_source(sqs):
    async def story():
        url, dead = with_dead_letters(sqs)
        await kill(sqs, url, "a", "b")
        handle = sqs.start_message_move_task(SourceArn=ARN + "dlq")["TaskHandle"]
        assert json.loads(base64.b64decode(handle))["sourceArn"] == ARN + "dlq"
        await sqs.clock.quiet()
        assert await sqs.bodies(url) == ["a", "b"]
        assert sqs.counts(dead) == (0, 0, 0)
        (task,) = tasks(sqs)
        assert task == {
            "Status": "COMPLETED",
            "SourceArn": ARN + "dlq",
            "ApproximateNumberOfMessagesMoved": 2,
            "ApproximateNumberOfMessagesToMove": 2,
            "StartedTimestamp": 1700000000000,
        }

    asyncio.run(story())


def test_dead_letters_go_to_a_destination_at_a_rate_until_cancelled(sqs):
    async def story():
        url, dead = with_dead_letters(sqs)
        other = sqs.queue("other")
        await kill(sqs, url, "a", "b", "c", "d", "e")
        params = {"SourceArn": ARN + "dlq", "DestinationArn": ARN + "other", "MaxNumberOfMessagesPerSecond": 2}
        handle = sqs.start_message_move_task(**params)["TaskHandle"]
        await sqs.clock.quiet()
        assert await sqs.bodies(other) == ["a", "b"]
        text = (
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
        expected = ("InvalidParameterValueException", text)
        assert sqs.refusal("start_message_move_task", SourceArn=ARN + "dlq") == expected
        await sqs.clock.advance(1)
        assert await sqs.bodies(other) == ["c", "d"]
        assert sqs.cancel_message_move_task(TaskHandle=handle) == {"ApproximateNumberOfMessagesMoved": 4}
        await sqs.clock.quiet()
        (task,) = tasks(sqs)
        assert (task["Status"], task["DestinationArn"]) == ("CANCELLED", ARN + "other")
        assert sqs.counts(dead) == (1, 0, 0)

    asyncio.run(story())


def test_a_task_fails_when_its_destination_is_deleted(sqs):
    async def story():
        url, _ = with_dead_letters(sqs)
        await kill(sqs, url, "a", "b")
        other = sqs.queue("other")
        params = {"SourceArn": ARN + "dlq", "DestinationArn": ARN + "other", "MaxNumberOfMessagesPerSecond": 1}
        sqs.start_message_move_task(**params)
        await sqs.clock.quiet()
        assert tasks(sqs)[0]["Status"] == "RUNNING"
        assert "TaskHandle" in tasks(sqs)[0]
        sqs.delete_queue(QueueUrl=other)
        await sqs.clock.advance(1)
        (task,) = tasks(sqs)
        assert (task["Status"], task["FailureReason"]) == ("FAILED", "AWS.SimpleQueueService.NonExistentQueue")

    asyncio.run(story())


@pytest.mark.parametrize("member", ["SourceArn", "DestinationArn"])
def test_unknown_queues_of_a_task(sqs, member):
    with_dead_letters(sqs)
    params = {"SourceArn": ARN + "dlq", member: ARN + "nowhere"}
    text = f"The resource that you specified for the {member} parameter doesn't exist."
    assert sqs.refusal("start_message_move_task", **params) == ("ResourceNotFoundException", text)


def test_task_refusals(sqs):
    with_dead_letters(sqs)
    text = "Source queue must be configured as a Dead Letter Queue."
    expected = ("InvalidParameterValueException", text)
    assert sqs.refusal("start_message_move_task", SourceArn=ARN + "q") == expected
    text = "Value for parameter TaskHandle is invalid."
    expected = ("InvalidParameterValueException", text)
    assert sqs.refusal("cancel_message_move_task", TaskHandle="garbage") == expected
    handle = base64.b64encode(json.dumps({"taskId": "x", "sourceArn": ARN + "dlq"}).encode()).decode()
    expected = ("ResourceNotFoundException", "Task does not exist.")
    assert sqs.refusal("cancel_message_move_task", TaskHandle=handle) == expected
