"""Topics: names, attributes, policies, tags, pages, texts."""

from __future__ import annotations

import asyncio
import json

import pytest
from sns_world import ACCOUNT, REGION, TOPIC, World, invalid, refusal, world

POLICY = {
    "Version": "2008-10-17",
    "Id": "__default_policy_ID",
    "Statement": [
        {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [
                "SNS:GetTopicAttributes",
                "SNS:SetTopicAttributes",
                "SNS:AddPermission",
                "SNS:RemovePermission",
                "SNS:DeleteTopic",
                "SNS:Subscribe",
                "SNS:ListSubscriptionsByTopic",
                "SNS:Publish",
            ],
            "Resource": TOPIC,
            "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
        }
    ],
}


def shown(w: World, topic: str = TOPIC) -> dict[str, str]:
    attributes: dict[str, str] = w.do("get_topic_attributes", TopicArn=topic)["Attributes"]
    return attributes


def test_a_fresh_topic() -> None:
    w = World()
    assert w.topic() == TOPIC
    attributes = shown(w)
    assert json.loads(attributes.pop("Policy")) == POLICY
    assert json.loads(attributes.pop("EffectiveDeliveryPolicy"))["http"]["defaultHealthyRetryPolicy"]["numRetries"] == 3
    assert attributes == {
        "TopicArn": TOPIC,
        "Owner": ACCOUNT,
        "DisplayName": "",
        "SubscriptionsConfirmed": "0",
        "SubscriptionsPending": "0",
        "SubscriptionsDeleted": "0",
    }


def test_a_fresh_fifo_topic() -> None:
    w = World()
    arn = w.topic("t.fifo", FifoTopic="true")
    attributes = shown(w, arn)
    assert (attributes["FifoTopic"], attributes["ContentBasedDeduplication"]) == ("true", "false")


@pytest.mark.parametrize("name", ["", "a b", "x" * 257, "a.b", "t.fifo"])
def test_refused_names(name: str) -> None:
    assert refusal(World().do, "create_topic", Name=name) == invalid("Topic Name")


def test_fifo_needs_both_signs() -> None:
    assert refusal(World().topic, "t", FifoTopic="true") == invalid("Topic Name")
    assert World().topic("x" * 256).endswith("x" * 256)


def test_creating_again() -> None:
    w = World()
    w.topic(DisplayName="d")
    assert w.topic() == w.topic(DisplayName="d") == TOPIC
    different = "Attributes Reason: Topic already exists with different attributes"
    assert refusal(w.topic, DisplayName="e") == invalid(different)
    tags = [{"Key": "k", "Value": "v"}]
    assert refusal(w.do, "create_topic", Name="t", Tags=tags) == invalid(
        "Tags Reason: Topic already exists with different tags"
    )


def test_deleting() -> None:
    w = World()
    w.topic()
    subscription = w.subscribe("sqs", w.queue())
    assert w.do("delete_topic", TopicArn=TOPIC) == w.do("delete_topic", TopicArn=TOPIC) == {}
    assert refusal(w.do, "get_topic_attributes", TopicArn=TOPIC) == ("NotFound", "Topic does not exist")
    assert w.shown(subscription)["TopicArn"] == TOPIC
    assert refusal(w.do, "list_tags_for_resource", ResourceArn=TOPIC)[0] == "ResourceNotFound"


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        ("t", "TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ("", "TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ("arn:aws:sns:t", "TopicArn Reason: An ARN must have at least 6 elements, not 4"),
        (None, "TopicArn Reason: no value for required parameter"),
        (f"arn:aws:sns:eu-west-1:{ACCOUNT}:t", "TopicArn"),
    ],
)
def test_wrong_arns(arn: str | None, text: str) -> None:
    for operation in ("get_topic_attributes", "delete_topic", "list_subscriptions_by_topic"):
        assert refusal(World().do, operation, TopicArn=arn) == invalid(text)


def test_setting_attributes() -> None:
    w = World()
    w.topic()
    values = {
        "DisplayName": "d",
        "SignatureVersion": "2",
        "TracingConfig": "Active",
        "KmsMasterKeyId": "alias/k",
        "HTTPSuccessFeedbackRoleArn": "arn:aws:iam::123456789012:role/r",
    }
    for name, value in values.items():
        w.do("set_topic_attributes", TopicArn=TOPIC, AttributeName=name, AttributeValue=value)
    assert values.items() <= shown(w).items()


@pytest.mark.parametrize("name", ["Strange", "FifoTopic", "TopicArn", "Owner"])
def test_attributes_that_cannot_be_set(name: str) -> None:
    w = World()
    w.topic()
    change = {"TopicArn": TOPIC, "AttributeName": name, "AttributeValue": "true"}
    assert refusal(w.do, "set_topic_attributes", **change) == invalid("AttributeName")


def test_a_delivery_policy_is_merged_and_removed() -> None:
    w = World()
    w.topic()
    policy = '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":2,"numRetries":5}}}'
    w.do("set_topic_attributes", TopicArn=TOPIC, AttributeName="DeliveryPolicy", AttributeValue=policy)
    attributes = shown(w)
    assert attributes["DeliveryPolicy"] == policy
    retries = json.loads(attributes["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]
    assert retries == {
        "minDelayTarget": 1,
        "maxDelayTarget": 2,
        "numRetries": 5,
        "numMaxDelayRetries": 0,
        "numNoDelayRetries": 0,
        "numMinDelayRetries": 0,
        "backoffFunction": "linear",
    }
    w.do("set_topic_attributes", TopicArn=TOPIC, AttributeName="DeliveryPolicy", AttributeValue="")
    assert "DeliveryPolicy" not in shown(w)


def test_permissions() -> None:
    w = World()
    w.topic()
    one = {"TopicArn": TOPIC, "Label": "one", "AWSAccountId": ["111111111111"], "ActionName": ["Publish"]}
    w.do("add_permission", **one)
    w.do("add_permission", **{**one, "Label": "two", "ActionName": ["Publish", "Subscribe"]})
    statements = json.loads(shown(w)["Policy"])["Statement"]
    assert statements[1] == {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "SNS:Publish",
        "Resource": TOPIC,
    }
    assert statements[2]["Action"] == ["SNS:Publish", "SNS:Subscribe"]
    assert refusal(w.do, "add_permission", **one) == invalid("Statement already exists")
    bad = {**one, "Label": "three", "ActionName": ["Fly"]}
    assert refusal(w.do, "add_permission", **bad) == invalid("Policy statement action out of service scope!")
    for label in ("one", "two", "unknown"):
        w.do("remove_permission", TopicArn=TOPIC, Label=label)
    assert json.loads(shown(w)["Policy"]) == POLICY


def test_tags() -> None:
    w = World()
    w.topic()
    assert w.do("list_tags_for_resource", ResourceArn=TOPIC) == {"Tags": []}
    w.do("tag_resource", ResourceArn=TOPIC, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    w.do("tag_resource", ResourceArn=TOPIC, Tags=[{"Key": "a", "Value": "3"}])
    w.do("untag_resource", ResourceArn=TOPIC, TagKeys=["b", "c"])
    assert w.do("list_tags_for_resource", ResourceArn=TOPIC) == {"Tags": [{"Key": "a", "Value": "3"}]}
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert refusal(w.do, "tag_resource", ResourceArn=TOPIC, Tags=twice) == invalid("Duplicated keys are not allowed.")


def test_pages_of_a_hundred() -> None:
    w = World()
    for number in range(205):
        w.topic(f"t{number}")
    arns, token = [], None
    sizes = []
    while True:
        answer = w.do("list_topics", **({"NextToken": token} if token else {}))
        sizes.append(len(answer["Topics"]))
        arns += [topic["TopicArn"] for topic in answer["Topics"]]
        if (token := answer.get("NextToken")) is None:
            break
    assert sizes == [100, 100, 5]
    assert len(set(arns)) == 205
    assert refusal(w.do, "list_topics", NextToken="strange")[0] == "InvalidParameter"


def test_accounts_and_regions_are_apart() -> None:
    w = World()
    w.topic()
    assert w.run("list_topics", {}, region="eu-west-1") == {"Topics": []}
    assert w.run("list_topics", {}, account="999999999999") == {"Topics": []}
    # A topic of another account in the caller's region is found by its ARN.
    assert w.run("get_topic_attributes", {"TopicArn": TOPIC}, account="999999999999")["Attributes"]["Owner"] == ACCOUNT
    assert REGION in TOPIC


def test_archives_are_refused_by_name() -> None:
    w = World()
    arn = w.topic("t.fifo", FifoTopic="true")
    change = {"TopicArn": arn, "AttributeName": "ArchivePolicy", "AttributeValue": '{"MessageRetentionPeriod":"30"}'}
    code, text = refusal(w.do, "set_topic_attributes", **change)
    assert code == "InvalidParameter"
    assert "ArchivePolicy" in str(text)


def test_publishing_to_nobody() -> None:
    async def story() -> None:
        w = World()
        w.topic()
        assert len(w.publish()) == 36
        await w.clock.advance(0)
        assert [hop.detail["deliveries"] for hop in w.hops("publish")] == [0]

    asyncio.run(story())


def test_an_existing_fifo_topic_is_found_without_attributes() -> None:
    w = World()
    made = w.topic("f.fifo", FifoTopic="true")
    assert w.topic("f.fifo") == made
    assert refusal(w.topic, "g", FifoTopic="maybe") == invalid(
        "Attributes Reason: FifoTopic: Invalid value [maybe]. Must be true or false."
    )


def test_half_characters_of_a_message_reach_its_subscribers_whole() -> None:
    async def story() -> None:
        async with world() as w:
            w.topic()
            w.subscribe("sqs", w.queue(), RawMessageDelivery="true")
            w.publish(r'{"default": "\ud800!"}', MessageStructure="json")
            assert await w.bodies() == ["\ufffd!"]

    asyncio.run(story())
