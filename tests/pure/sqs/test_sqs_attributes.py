"""Queue attributes, names, redrive policies, permissions, addresses: decisions without a queue."""

import json

import pytest

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.services.sqs.address import Address, parse
from emulator.services.sqs.api_queues import check_name
from emulator.services.sqs.attributes import DEFAULTS, FIFO_DEFAULTS, apply, first_difference, read_changes
from emulator.services.sqs.policy import add_statement, remove_statement
from emulator.services.sqs.received import matches
from emulator.services.sqs.redrive import allows, check_target, read_redrive_policy

DLQ = "arn:aws:sqs:us-east-1:000000000000:dlq"
SOURCE = Arn.parse("arn:aws:sqs:us-east-1:000000000000:q")
INVALID = "InvalidParameterValueException"


def refusal(fn, *args):
    with pytest.raises(AwsError) as caught:
        fn(*args)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("VisibilityTimeout", 0, 43200),
        ("MaximumMessageSize", 1024, 1048576),
        ("MessageRetentionPeriod", 60, 1209600),
        ("DelaySeconds", 0, 900),
        ("ReceiveMessageWaitTimeSeconds", 0, 20),
    ],
)
def test_ranges(name, low, high):
    assert read_changes({name: str(low)}, False) == {name: str(low)}
    assert read_changes({name: str(high)}, False) == {name: str(high)}
    for value in (str(low - 1), str(high + 1), "x", ""):
        assert refusal(read_changes, {name: value}, False)[0] == "InvalidAttributeValue"


@pytest.mark.parametrize("name", ["FifoQueue", "ContentBasedDeduplication"])
def test_fifo_attributes_are_unknown_to_standard_queues(name):
    assert refusal(read_changes, {name: "false"}, False) == ("InvalidAttributeName", f"Unknown Attribute {name}.")


def test_scope_on_a_standard_queue():
    text = "You can specify the DeduplicationScope only when FifoQueue is set to true."
    assert refusal(read_changes, {"DeduplicationScope": "queue"}, False) == ("InvalidAttributeName", text)


def test_a_fifo_queue_stays_fifo():
    assert read_changes({"FifoQueue": "True"}, True) == {"FifoQueue": "true"}
    text = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
    assert refusal(read_changes, {"FifoQueue": "false"}, True) == ("InvalidAttributeValue", text)


@pytest.mark.parametrize("name", ["QueueArn", "CreatedTimestamp", "ApproximateNumberOfMessages", "Foobar"])
def test_what_cannot_be_set(name):
    assert refusal(read_changes, {name: "1"}, False)[0] == "InvalidAttributeName"


def test_encryption():
    kms = apply(DEFAULTS, read_changes({"KmsMasterKeyId": "k", "KmsDataKeyReusePeriodSeconds": "600"}, False))
    assert kms["SqsManagedSseEnabled"] == "false"
    removed = apply(kms, read_changes({"KmsMasterKeyId": "", "KmsDataKeyReusePeriodSeconds": "300"}, False))
    assert "KmsMasterKeyId" not in removed
    assert "KmsDataKeyReusePeriodSeconds" not in removed
    both = {"KmsMasterKeyId": "k", "SqsManagedSseEnabled": "true"}
    assert refusal(read_changes, both, False) == (
        "InvalidAttributeName",
        "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    )


def test_throughput_per_group_needs_the_scope():
    changes = read_changes({"FifoThroughputLimit": "perMessageGroupId"}, True)
    with pytest.raises(AwsError):
        apply(DEFAULTS | FIFO_DEFAULTS, changes)
    both = apply(DEFAULTS | FIFO_DEFAULTS, changes | {"DeduplicationScope": "messageGroup"})
    assert both["FifoThroughputLimit"] == "perMessageGroupId"


def test_first_difference():
    assert first_difference(DEFAULTS, {"DelaySeconds": "0", "Policy": None}) is None
    assert first_difference(DEFAULTS, {"DelaySeconds": "1", "VisibilityTimeout": "1"}) == "DelaySeconds"
    have = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": DLQ, "maxReceiveCount": "3"})}
    same = json.dumps({"maxReceiveCount": 3, "deadLetterTargetArn": DLQ})
    assert first_difference(have, {"RedrivePolicy": same}) is None


@pytest.mark.parametrize(("name", "fifo"), [("a-B_9", False), ("x" * 80, False), ("x" * 75 + ".fifo", True)])
def test_names(name, fifo):
    check_name(name, fifo)


@pytest.mark.parametrize(
    ("name", "fifo"),
    [("a b", False), ("x" * 81, False), ("q.fifo", False), ("q", True), ("x" * 76 + ".fifo", True), (".fifo", True)],
)
def test_bad_names(name, fifo):
    assert refusal(check_name, name, fifo)[0] == INVALID


@pytest.mark.parametrize("count", [1, 1000, "3"])
def test_redrive_policy(count):
    policy = read_redrive_policy(json.dumps({"deadLetterTargetArn": DLQ, "maxReceiveCount": count}))
    assert (str(policy.target), policy.limit) == (DLQ, int(count))


@pytest.mark.parametrize(
    "policy",
    [
        {"deadLetterTargetArn": DLQ},
        {"maxReceiveCount": 1},
        *({"deadLetterTargetArn": DLQ, "maxReceiveCount": count} for count in (0, 1001, "x", 1.5, True, [1])),
        [],
    ],
)
def test_bad_redrive_policy(policy):
    assert refusal(read_redrive_policy, json.dumps(policy))[0] == INVALID


def test_with_a_limit_of_one_a_message_is_delivered_once():
    policy = read_redrive_policy(json.dumps({"deadLetterTargetArn": DLQ, "maxReceiveCount": 1}))
    assert [policy.is_exhausted(receives) for receives in (0, 1, 2)] == [False, True, True]


def test_dead_letter_queue_must_exist_in_the_same_place_and_be_of_the_same_kind():
    text = json.dumps({"deadLetterTargetArn": DLQ, "maxReceiveCount": 1})
    policy = read_redrive_policy(text)
    check_target(text, policy, SOURCE, False, {"dlq": (False, None)})
    deny = json.dumps({"redrivePermission": "denyAll"})
    for queues in ({}, {"dlq": (True, None)}, {"dlq": (False, deny)}):
        assert refusal(check_target, text, policy, SOURCE, False, queues)[0] == INVALID
    elsewhere = SOURCE._replace(region="eu-west-1")
    assert refusal(check_target, text, policy, elsewhere, False, {"dlq": (False, None)})[0] == INVALID


def test_redrive_allow_policy():
    by_queue = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [str(SOURCE)]})
    assert allows(None, str(SOURCE))
    assert allows(by_queue, str(SOURCE))
    assert not allows(by_queue, DLQ)


def test_permissions_as_recorded():
    text = add_statement(None, DLQ, "one", ["111111111111"], ["SendMessage"])
    assert json.loads(text) == {
        "Version": "2008-10-17",
        "Id": f"{DLQ}/SQSDefaultPolicy",
        "Statement": [
            {
                "Sid": "one",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                "Action": "SQS:SendMessage",
                "Resource": DLQ,
            }
        ],
    }
    two = add_statement(text, DLQ, "two", ["1" * 12, "2" * 12], ["SendMessage", "ReceiveMessage"])
    assert json.loads(two)["Statement"][1]["Action"] == ["SQS:SendMessage", "SQS:ReceiveMessage"]
    assert remove_statement(remove_statement(two, "one"), "two") is None
    exists = "Value one for parameter Label is invalid. Reason: Already exists."
    assert refusal(add_statement, text, DLQ, "one", ["1"], ["x"]) == (INVALID, exists)
    unknown = "Value two for parameter Label is invalid. Reason: can't find label."
    assert refusal(remove_statement, text, "two") == (INVALID, unknown)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("q", Address("q")),
        ("http://localhost:4566/000000000000/q", Address("q", "000000000000")),
        ("http://h/000000000000/q/", Address("q", "000000000000")),
        ("http://h/queue/eu-west-1/000000000000/q", Address("q", "000000000000", "eu-west-1")),
        ("https://sqs.eu-west-1.amazonaws.com/000000000000/q.fifo", Address("q.fifo", "000000000000", "eu-west-1")),
        ("http://us-gov-west-1.queue.h:1/000000000000/q", Address("q", "000000000000", "us-gov-west-1")),
        ("http://h/q", None),
    ],
)
def test_queue_urls(url, address):
    assert parse(url) == address


def test_attribute_selectors():
    assert all(matches("Hello", [ask]) for ask in ("Hello", "All", ".*", "*", "Hel.*"))
    assert not any(matches("Hello", [ask]) for ask in ("hello", "Hel", "Hel*", "x.*", "(", ""))
