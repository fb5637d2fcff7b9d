"""Subscriptions: confirmation, attributes, idempotence, lists, cancelling."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sns_world import ACCOUNT, BASE, REGION, TOPIC, World, invalid, refusal, world

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
ON_SUBSCRIBE = "Attributes Reason: "


def run(story: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with world() as w:
            await story(w)

    asyncio.run(whole())


def counts(w: World) -> list[str]:
    attributes = w.do("get_topic_attributes", TopicArn=TOPIC)["Attributes"]
    return [attributes[f"Subscriptions{name}"] for name in ("Confirmed", "Pending", "Deleted")]


def test_a_fresh_subscription() -> None:
    w = World()
    w.topic()
    arn = w.subscribe("sqs", QUEUE)
    shown = w.shown(arn)
    assert shown.pop("SubscriptionPrincipal").startswith(f"arn:aws:iam::{ACCOUNT}:user/")
    assert arn.startswith(f"{TOPIC}:")
    assert shown == {
        "SubscriptionArn": arn,
        "TopicArn": TOPIC,
        "Protocol": "sqs",
        "Endpoint": QUEUE,
        "Owner": ACCOUNT,
        "RawMessageDelivery": "false",
        "ConfirmationWasAuthenticated": "true",
        "PendingConfirmation": "false",
    }
    assert counts(w) == ["1", "0", "0"]


def test_http_is_pending_until_it_confirms() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        answer = w.do("subscribe", TopicArn=TOPIC, Protocol="http", Endpoint=endpoint.url)
        assert answer == {"SubscriptionArn": "pending confirmation"}
        await w.clock.advance(0)
        (asked,) = endpoint.requests
        message = asked.message
        assert list(message) == [
            *("Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL"),
            *("Timestamp", "SignatureVersion", "Signature", "SigningCertURL"),
        ]
        assert message["Type"] == asked.kind == "SubscriptionConfirmation"
        assert message["TopicArn"] == asked.headers["x-amz-sns-topic-arn"] == TOPIC
        assert message["MessageId"] == asked.headers["x-amz-sns-message-id"]
        assert message["Message"] == (
            f"You have chosen to subscribe to the topic {TOPIC}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message."
        )
        token = message["Token"]
        assert message["SubscribeURL"] == f"{BASE}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}"
        assert message["Timestamp"] == "2023-11-14T22:13:20.000Z"
        assert "x-amz-sns-subscription-arn" not in asked.headers
        assert asked.headers["user-agent"] == "Amazon Simple Notification Service Agent"
        assert asked.headers["accept-encoding"] == "gzip,deflate"
        assert asked.headers["content-type"] == "text/plain; charset=UTF-8"

        listed = w.do("list_subscriptions_by_topic", TopicArn=TOPIC)["Subscriptions"]
        assert [entry["SubscriptionArn"] for entry in listed] == ["PendingConfirmation"]
        assert counts(w) == ["0", "1", "0"]
        w.publish("too early")
        await w.clock.advance(100)
        assert len(endpoint.requests) == 1

        arn = w.link("confirm_subscription", TopicArn=TOPIC, Token=token)["SubscriptionArn"]
        assert w.link("confirm_subscription", TopicArn=TOPIC, Token=token)["SubscriptionArn"] == arn
        assert counts(w) == ["1", "0", "0"]
        w.publish("now")
        await w.clock.advance(0)
        assert endpoint.requests[1].message["Message"] == "now"

    run(story)


def test_pending_attributes() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        shown = w.shown(w.subscribe("http", endpoint.url))
        assert (shown["PendingConfirmation"], shown["ConfirmationWasAuthenticated"]) == ("true", "false")
        await w.clock.advance(0)

    run(story)


def test_wrong_tokens() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        w.subscribe("http", endpoint.url)
        await w.clock.advance(0)
        good = endpoint.requests[0].message["Token"]
        assert len(good) > 200
        assert set(good) <= set("0123456789abcdef")
        wrong = "0" * len(good)
        assert refusal(w.do, "confirm_subscription", TopicArn=TOPIC, Token=wrong) == invalid("Token")
        odd = refusal(w.do, "confirm_subscription", TopicArn=TOPIC, Token="odd")
        assert odd == ("InvalidParameter", "Invalid token")
        for topic in ("t", f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"):
            assert refusal(w.link, "confirm_subscription", TopicArn=topic, Token=good) == invalid("Topic")
        await w.clock.advance(2 * 86_400)
        assert refusal(w.link, "confirm_subscription", TopicArn=TOPIC, Token=good) == invalid("Token")

    run(story)


def test_another_topic_of_the_region_confirms_too() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        arn = w.subscribe("http", endpoint.url)
        await w.clock.advance(0)
        token = endpoint.requests[0].message["Token"]
        other = f"arn:aws:sns:{REGION}:{ACCOUNT}:other"
        assert w.link("confirm_subscription", TopicArn=other, Token=token) == {"SubscriptionArn": arn}

    run(story)


def test_subscribing_again_asks_again() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        first, second = w.subscribe("http", endpoint.url), w.subscribe("http", endpoint.url)
        await w.clock.advance(0)
        assert first == second
        assert [request.kind for request in endpoint.requests] == ["SubscriptionConfirmation"] * 2

    run(story)


def test_the_confirmation_is_retried() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        endpoint.statuses = [500, 500]
        w.subscribe("http", endpoint.url)
        await w.clock.advance(300)
        assert [request.at for request in endpoint.requests] == [0, 20, 40]

    run(story)


def test_subscribing_twice_is_one_subscription() -> None:
    w = World()
    w.topic()
    first = w.subscribe("sqs", QUEUE, RawMessageDelivery="True", FilterPolicy='{"a": ["b"]}')
    assert w.subscribe("sqs", QUEUE) == first
    assert w.subscribe("sqs", QUEUE, RawMessageDelivery="TRUE") == first
    assert w.subscribe("sqs", QUEUE, FilterPolicyScope="MessageAttributes") == first
    different = invalid(f"{ON_SUBSCRIBE}Subscription already exists with different attributes")
    assert refusal(w.subscribe, "sqs", QUEUE, RawMessageDelivery="false") == different
    assert refusal(w.subscribe, "sqs", QUEUE, RedrivePolicy=json.dumps({"deadLetterTargetArn": DEAD})) == different
    assert counts(w) == ["1", "0", "0"]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("RawMessageDelivery", "", "RawMessageDelivery: Invalid value []. Must be true or false."),
        ("RawMessageDelivery", "x", "RawMessageDelivery: Invalid value [x]. Must be true or false."),
        (
            "FilterPolicyScope",
            "x",
            "FilterPolicyScope: Invalid value [x]. Please use either MessageBody or MessageAttributes",
        ),
        ("RedrivePolicy", '{"deadLetterTargetArn":"x"}', "RedrivePolicy: deadLetterTargetArn is an invalid arn"),
        ("FilterPolicy", '{"a":[]}', "FilterPolicy: Empty arrays are not allowed"),
    ],
)
def test_refused_attributes(name: str, value: str, text: str) -> None:
    w = World()
    w.topic()
    assert refusal(w.subscribe, "sqs", QUEUE, **{name: value}) == invalid(ON_SUBSCRIBE + text)
    arn = w.subscribe("sqs", QUEUE)
    change = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}
    assert refusal(w.do, "set_subscription_attributes", **change) == invalid(text)


def test_texts_of_policies_that_are_no_json() -> None:
    w = World()
    w.topic()
    arn = w.subscribe("sqs", QUEUE)
    for name in ("FilterPolicy", "RedrivePolicy"):
        change = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": "{"}
        text = refusal(w.do, "set_subscription_attributes", **change)[1]
        assert str(text).startswith(f"Invalid parameter: {name}: failed to parse JSON.")
    change = {"SubscriptionArn": arn, "AttributeName": "Strange", "AttributeValue": "x"}
    assert refusal(w.do, "set_subscription_attributes", **change) == invalid("AttributeName")


def test_attributes_come_and_go() -> None:
    w = World()
    w.topic()
    arn = w.subscribe("sqs", QUEUE)

    def change(name: str, value: str) -> dict[str, str]:
        w.do("set_subscription_attributes", SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
        return w.shown(arn)

    assert "FilterPolicyScope" not in change("FilterPolicyScope", "MessageBody")
    shown = change("FilterPolicy", '{"a":{"b":["c"]}}')
    assert (shown["FilterPolicy"], shown["FilterPolicyScope"]) == ('{"a":{"b":["c"]}}', "MessageBody")
    back = {"SubscriptionArn": arn, "AttributeName": "FilterPolicyScope", "AttributeValue": "MessageAttributes"}
    assert refusal(w.do, "set_subscription_attributes", **back) == invalid(
        "Filter policy scope MessageAttributes does not support nested filter policy"
    )
    assert "FilterPolicy" not in change("FilterPolicy", "")
    policy = json.dumps({"deadLetterTargetArn": DEAD})
    assert change("RedrivePolicy", policy)["RedrivePolicy"] == policy
    assert "RedrivePolicy" not in change("RedrivePolicy", "")


def test_lists() -> None:
    w = World()
    w.topic()
    for number in range(103):
        w.subscribe("sqs", f"{QUEUE}{number}")
    first = w.do("list_subscriptions")
    assert len(first["Subscriptions"]) == 100
    rest = w.do("list_subscriptions", NextToken=first["NextToken"])["Subscriptions"]
    assert [entry["Endpoint"] for entry in rest] == [f"{QUEUE}{number}" for number in (100, 101, 102)]
    assert set(rest[0]) == {"SubscriptionArn", "Owner", "Protocol", "Endpoint", "TopicArn"}
    assert w.do("list_subscriptions_by_topic", TopicArn=TOPIC)["Subscriptions"] == first["Subscriptions"]


def test_cancelling() -> None:
    w = World()
    w.topic()
    arn = w.subscribe("sqs", QUEUE)
    assert w.do("unsubscribe", SubscriptionArn=arn) == w.do("unsubscribe", SubscriptionArn=arn) == {}
    assert counts(w) == ["0", "0", "1"]
    gone = ("NotFound", "Subscription does not exist")
    assert refusal(w.do, "get_subscription_attributes", SubscriptionArn=arn) == gone
    assert refusal(w.do, "unsubscribe", SubscriptionArn=TOPIC) == invalid("SubscriptionId")
    assert refusal(w.do, "unsubscribe") == invalid("SubscriptionArn Reason: no value for required parameter")
    assert w.link("unsubscribe", SubscriptionArn=f"{TOPIC}:unknown") == {}


def test_an_http_endpoint_may_change_its_mind() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint, arn = await w.confirmed()
        assert w.link("unsubscribe", SubscriptionArn=arn) == {}
        await w.clock.advance(0)
        (goodbye,) = endpoint.requests
        assert goodbye.kind == goodbye.message["Type"] == "UnsubscribeConfirmation"
        assert goodbye.headers["x-amz-sns-subscription-arn"] == arn
        assert goodbye.message["Message"] == (
            f"You have chosen to deactivate subscription {arn}.\nTo cancel this operation and restore the "
            "subscription, visit the SubscribeURL included in this message."
        )
        w.publish("nobody hears")
        await w.clock.advance(0)
        w.link("confirm_subscription", TopicArn=TOPIC, Token=goodbye.message["Token"])
        w.publish("heard")
        await w.clock.advance(0)
        assert [request.message["Message"] for request in endpoint.notifications] == ["heard"]

    run(story)


def test_cancelling_may_need_a_signature() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        arn = w.subscribe("http", endpoint.url)
        await w.clock.advance(0)
        token = endpoint.requests[0].message["Token"]
        w.do("confirm_subscription", TopicArn=TOPIC, Token=token, AuthenticateOnUnsubscribe="true")
        assert w.shown(arn)["ConfirmationWasAuthenticated"] == "true"
        assert refusal(w.link, "unsubscribe", SubscriptionArn=arn)[0] == "AuthorizationError"
        assert w.do("unsubscribe", SubscriptionArn=arn) == {}
        await w.clock.advance(0)

    run(story)


def test_mail_is_recorded() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("email", "who@example.com")
        (asked,) = w.sent()
        assert (asked.protocol, asked.endpoint) == ("email", "who@example.com")
        link = next(line for line in asked.body.splitlines() if line.startswith(BASE))
        params = dict(pair.split("=") for pair in link.partition("?")[2].split("&"))
        w.publish("before")
        w.link("confirm_subscription", TopicArn=params["TopicArn"], Token=params["Token"])
        w.publish("after", Subject="greetings")
        await w.clock.advance(0)
        assert [(mail.subject, mail.body) for mail in w.sent()[1:]] == [("greetings", "after")]

    run(story)


def test_mail_as_json_and_sms_are_recorded() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.subscribe("email-json", "who@example.com")
        w.link("confirm_subscription", TopicArn=TOPIC, Token=json.loads(w.sent()[0].body)["Token"])
        w.subscribe("sms", "+15551234567")
        w.publish('{"default":"long","sms":"short"}', MessageStructure="json")
        await w.clock.advance(0)
        mail, sms = w.sent()[1:]
        assert json.loads(mail.body)["Message"] == "long"
        assert (sms.protocol, sms.endpoint, sms.body) == ("sms", "+15551234567", "short")

    run(story)


def test_a_phone_number() -> None:
    async def story(w: World) -> None:
        w.do("publish", PhoneNumber="+15551234567", Message="hi")
        assert [(sms.endpoint, sms.body) for sms in w.sent()] == [("+15551234567", "hi")]
        assert refusal(w.do, "publish", PhoneNumber="+1a234", Message="hi") == invalid(
            "PhoneNumber Reason: +1a234 is not valid to publish to"
        )

    run(story)


def test_fifo_topics_want_fifo_dead_letter_queues() -> None:
    w = World()
    topic = w.topic("t.fifo", FifoTopic="true")
    policy: dict[str, Any] = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": DEAD})}
    text = "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
    assert refusal(w.subscribe, "sqs", f"{QUEUE}.fifo", topic, **policy) == invalid(ON_SUBSCRIBE + text)
    for protocol, endpoint in (("sms", "+15551234567"), ("http", "http://localhost/")):
        assert refusal(w.subscribe, protocol, endpoint, topic)[0] == "InvalidParameter"
