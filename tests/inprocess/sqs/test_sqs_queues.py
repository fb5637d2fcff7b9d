"""Queues, attributes, tags, purge, batches."""

import asyncio

import pytest

from emulator.services.sqs.store import Guards

FRESH = {
    "ApproximateNumberOfMessages": "0",
    "ApproximateNumberOfMessagesDelayed": "0",
    "ApproximateNumberOfMessagesNotVisible": "0",
    "CreatedTimestamp": "1700000000",
    "DelaySeconds": "0",
    "LastModifiedTimestamp": "1700000000",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "QueueArn": "arn:aws:sqs:us-east-1:000000000000:q",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
FIFO_ONLY = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoQueue": "true",
    "FifoThroughputLimit": "perQueue",
}


def attributes(sqs, url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names or ["All"]))["Attributes"]


def test_fresh_queues(sqs):
    assert attributes(sqs, sqs.queue()) == FRESH
    fifo = attributes(sqs, sqs.fifo())
    assert fifo == FRESH | FIFO_ONLY | {"QueueArn": FRESH["QueueArn"] + ".fifo"}


def test_attribute_names(sqs):
    url = sqs.queue()
    assert sqs.get_queue_attributes(QueueUrl=url) == {}
    assert attributes(sqs, url, "QueueArn", "VisibilityTimeout") == {
        "QueueArn": FRESH["QueueArn"],
        "VisibilityTimeout": "30",
    }
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]) == {}
    refusal = sqs.refusal("get_queue_attributes", QueueUrl=url, AttributeNames=["Foobar"])
    assert refusal == ("InvalidAttributeName", "Unknown Attribute Foobar.")


def test_set_updates_the_time_of_modification(sqs):
    async def story():
        url = sqs.queue()
        await sqs.clock.advance(5)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
        found = attributes(sqs, url)
        assert (found["CreatedTimestamp"], found["LastModifiedTimestamp"]) == ("1700000000", "1700000005")
        assert found["VisibilityTimeout"] == "7"

    asyncio.run(story())


def test_creating_again(sqs):
    url = sqs.queue(VisibilityTimeout="7")
    assert url == "http://localhost:4566/000000000000/q"
    assert sqs.create_queue(QueueName="q") == {"QueueUrl": url}
    assert sqs.queue(VisibilityTimeout="7", DelaySeconds="0") == url
    refusal = sqs.refusal("create_queue", QueueName="q", Attributes={"VisibilityTimeout": "30"})
    text = "A queue already exists with the same name and a different value for attribute VisibilityTimeout"
    assert refusal == ("QueueNameExists", text)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    assert sqs.queue(VisibilityTimeout="30") == url


def test_missing_queue(sqs):
    expected = ("QueueDoesNotExist", "The specified queue does not exist.")
    url = sqs.queue()
    sqs.delete_queue(QueueUrl=url)
    for name in ("delete_queue", "purge_queue", "receive_message", "list_queue_tags", "get_queue_attributes"):
        assert sqs.refusal(name, QueueUrl=url) == expected
    assert sqs.refusal("get_queue_url", QueueName="q") == expected


def test_queue_url_forms(sqs):
    url = sqs.queue()
    assert sqs.get_queue_url(QueueName="q") == {"QueueUrl": url}
    for form in ("q", "https://sqs.us-east-1.amazonaws.com/000000000000/q", url + "/"):
        assert attributes(sqs, form, "QueueArn") == {"QueueArn": FRESH["QueueArn"]}


def test_region_of_an_unsigned_request_is_the_urls(sqs):
    sqs.queue()
    sqs.headers = {"host": "h"}
    assert sqs.refusal("purge_queue", QueueUrl="http://eu-west-1.queue.h/000000000000/q")[0] == "QueueDoesNotExist"
    sqs.headers = {"host": "h", "authorization": "AWS4-HMAC-SHA256 …"}
    assert sqs.purge_queue(QueueUrl="http://eu-west-1.queue.h/000000000000/q") == {}


def test_listing(sqs):
    assert sqs.list_queues() == {}
    urls = [sqs.queue(name) for name in ("a1", "a2", "a3", "b1")]
    assert sqs.list_queues() == {"QueueUrls": urls}
    first = sqs.list_queues(QueueNamePrefix="a", MaxResults=2)
    assert first["QueueUrls"] == urls[:2]
    second = sqs.list_queues(QueueNamePrefix="a", MaxResults=2, NextToken=first["NextToken"])
    assert second == {"QueueUrls": [urls[2]]}
    assert sqs.list_queues(QueueNamePrefix="x") == {}


def test_tags(sqs):
    url = sqs.create_queue(QueueName="q", tags={"a": "1"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"a": "2", "A": ""})
    assert sqs.list_queue_tags(QueueUrl=url) == {"Tags": {"a": "2", "A": ""}}
    sqs.untag_queue(QueueUrl=url, TagKeys=["a", "A", "x"])
    assert sqs.list_queue_tags(QueueUrl=url) == {}


def test_permissions_come_and_go(sqs):
    url = sqs.queue()
    sqs.add_permission(QueueUrl=url, Label="l", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    assert "SQSDefaultPolicy" in attributes(sqs, url)["Policy"]
    sqs.remove_permission(QueueUrl=url, Label="l")
    assert "Policy" not in attributes(sqs, url)


def test_purge(sqs):
    async def story():
        url = sqs.queue()
        for delay in (0, 0, 5):
            sqs.send_message(QueueUrl=url, MessageBody="b", DelaySeconds=delay)
        await sqs.one(url)
        sqs.purge_queue(QueueUrl=url)
        assert sqs.counts(url) == (0, 0, 0)
        await sqs.clock.advance(60)
        assert await sqs.bodies(url) == []
        assert sqs.clock.status()["timers"] == 0

    asyncio.run(story())


def test_waiting_periods_are_optional(sqs):
    url = sqs.queue()
    guards = sqs.ground.cloud.shared(Guards)
    sqs.purge_queue(QueueUrl=url)
    sqs.purge_queue(QueueUrl=url)
    guards.purge = guards.recreate = True
    text = "Only one PurgeQueue operation on q is allowed every 60 seconds."
    assert sqs.refusal("purge_queue", QueueUrl=url) == ("PurgeQueueInProgress", text)
    sqs.delete_queue(QueueUrl=url)
    text = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
    assert sqs.refusal("create_queue", QueueName="q") == ("QueueDeletedRecently", text)
    asyncio.run(sqs.clock.advance(60))
    assert sqs.queue() == url


def test_send_batch_succeeds_and_fails_by_entry(sqs):
    async def story():
        url = sqs.queue(MaximumMessageSize="1024")
        entries = [
            {"Id": "ok", "MessageBody": "b"},
            {"Id": "long", "MessageBody": "x" * 1025},
            {"Id": "bad", "MessageBody": "\x00"},
        ]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        assert [entry["Id"] for entry in answer["Successful"]] == ["ok"]
        long, bad = answer["Failed"]
        text = "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
        assert long == {"Id": "long", "Code": "InvalidParameterValue", "Message": text, "SenderFault": True}
        assert bad["Code"] == "InvalidMessageContents"
        assert await sqs.bodies(url) == ["b"]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("entries", "code", "text"),
    [
        ([], "EmptyBatchRequest", None),
        (
            [{"Id": str(n), "MessageBody": "b"} for n in range(20)],
            "TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent 20.",
        ),
        (
            [{"Id": "a b", "MessageBody": "b"}],
            "InvalidBatchEntryId",
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
            "It can be at most 80 letters long.",
        ),
        ([{"Id": "a", "MessageBody": "b"}] * 2, "BatchEntryIdsNotDistinct", None),
        (
            [{"Id": "a", "MessageBody": "x" * 1048576}, {"Id": "b", "MessageBody": "x"}],
            "BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
        ),
    ],
)
def test_whole_batch_errors(sqs, entries, code, text):
    refusal = sqs.refusal("send_message_batch", QueueUrl=sqs.queue(), Entries=entries)
    assert refusal == (code, text or refusal[1])


def test_delete_and_change_batches(sqs):
    async def story():
        url = sqs.queue()
        for body in "ab":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        a, b = (await sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10))["Messages"]
        changed = sqs.change_message_visibility_batch(
            QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": a["ReceiptHandle"], "VisibilityTimeout": 0}]
        )
        assert changed == {"Successful": [{"Id": "1"}]}
        deleted = sqs.delete_message_batch(
            QueueUrl=url,
            Entries=[{"Id": "1", "ReceiptHandle": b["ReceiptHandle"]}, {"Id": "2", "ReceiptHandle": "garbage"}],
        )
        assert deleted["Successful"] == [{"Id": "1"}]
        assert deleted["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
        assert sqs.counts(url) == (1, 0, 0)

    asyncio.run(story())


def test_quotas_can_be_relaxed(sqs):
    sqs.ground.settings.enforce_quotas = False
    entries = [{"Id": str(n), "MessageBody": "x" * 200_000} for n in range(12)]
    assert len(sqs.send_message_batch(QueueUrl=sqs.queue(), Entries=entries)["Successful"]) == 12


def test_an_existing_fifo_queue_is_found_without_attributes(sqs):
    url = sqs.fifo()
    assert sqs.create_queue(QueueName="q.fifo") == {"QueueUrl": url}
    assert sqs.refusal("create_queue", QueueName="other.fifo")[0] == "InvalidParameterValueException"


@pytest.mark.parametrize("policy", ['{"Statement":"x"}', '{"Statement":["x",{"Sid":"a"}]}'])
def test_policies_that_are_none_take_statements(sqs, policy):
    url = sqs.queue()
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sqs.add_permission(QueueUrl=url, Label="l", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    assert '"Sid":"l"' in attributes(sqs, url, "Policy")["Policy"]
    sqs.remove_permission(QueueUrl=url, Label="l")
    assert sqs.refusal("remove_permission", QueueUrl=url, Label="l")[0] == "InvalidParameterValueException"


def test_null_among_attributes_is_as_if_it_were_not_there(sqs):
    url = sqs.create_queue(QueueName="n", Attributes={"DelaySeconds": None, "Policy": None})["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": None, "DelaySeconds": "7"})
    assert attributes(sqs, url, "VisibilityTimeout", "DelaySeconds") == {"VisibilityTimeout": "30", "DelaySeconds": "7"}
