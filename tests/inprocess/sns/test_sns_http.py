"""Deliveries to HTTP endpoints: bodies, headers, retries at their instants, policies, dead letters."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sns_world import ACCOUNT, REGION, TOPIC, World, world

from emulator.services.sns.store import SnsStore

DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
REDRIVE = json.dumps({"deadLetterTargetArn": DEAD})


def run(story: Callable[[World], Awaitable[None]], **settings: Any) -> None:
    async def whole() -> None:
        async with world(**settings) as w:
            await story(w)

    asyncio.run(whole())


def policy(**retries: Any) -> str:
    return json.dumps({"healthyRetryPolicy": retries})


def test_a_notification() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint, arn = await w.confirmed()
        message_id = w.publish('{"id":"123","completed":true}')
        await w.clock.advance(0)
        (request,) = endpoint.requests
        assert request.message["Message"] == '{"id":"123","completed":true}'
        assert request.path == "/hook"
        expected = {
            "content-type": "text/plain; charset=UTF-8",
            "user-agent": "Amazon Simple Notification Service Agent",
            "accept-encoding": "gzip,deflate",
            "x-amz-sns-message-type": "Notification",
            "x-amz-sns-message-id": message_id,
            "x-amz-sns-topic-arn": TOPIC,
            "x-amz-sns-subscription-arn": arn,
        }
        assert expected.items() <= request.headers.items()
        assert "x-amz-sns-rawdelivery" not in request.headers

    run(story)


def test_raw_delivery() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint, _ = await w.confirmed(RawMessageDelivery="true")
        w.publish("bare é", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
        await w.clock.advance(0)
        (request,) = endpoint.requests
        assert request.body == "bare é"
        assert request.headers["x-amz-sns-rawdelivery"] == "true"

    run(story)


def test_content_types() -> None:
    async def story(w: World) -> None:
        default = {"http": {"defaultRequestPolicy": {"headerContentType": "application/xml"}}}
        w.topic(DeliveryPolicy=json.dumps(default))
        own = json.dumps({"requestPolicy": {"headerContentType": "application/json"}})
        by_topic, _ = await w.confirmed()
        by_subscription, _ = await w.confirmed(DeliveryPolicy=own)
        w.publish()
        await w.clock.advance(0)
        assert by_topic.requests[0].headers["content-type"] == "application/xml"
        assert by_subscription.requests[0].headers["content-type"] == "application/json"

    run(story)


def test_credentials_in_the_address() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint = await w.endpoint()
        w.subscribe("http", endpoint.url.replace("http://", "http://user:password@"))
        await w.clock.advance(0)
        expected = "Basic " + base64.b64encode(b"user:password").decode()
        assert endpoint.requests[0].headers["authorization"] == expected

    run(story)


def test_two_failures_and_then_success() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.queue("dead")
        endpoint, _ = await w.confirmed(RedrivePolicy=REDRIVE)
        endpoint.statuses = [500, 503]
        w.publish()
        await w.clock.advance(1000)
        assert [request.at for request in endpoint.requests] == [0, 20, 40]
        assert len({request.message["MessageId"] for request in endpoint.requests}) == 1
        assert await w.take("dead") == []
        hops = [(hop.kind, hop.outcome, hop.attempt) for hop in w.hops("deliver", "retry") if hop.at > 0][1:]
        assert hops == [
            ("deliver", "500", 1),
            ("retry", "500", 1),
            ("deliver", "503", 2),
            ("retry", "503", 2),
            ("deliver", "ok", 3),
        ]

    run(story)


def test_four_attempts_and_then_the_dead_letter_queue() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.queue("dead")
        endpoint, _ = await w.confirmed(RedrivePolicy=REDRIVE)
        endpoint.statuses = [500] * 10
        w.publish("text")
        await w.clock.advance(59.9)
        assert await w.take("dead") == []
        await w.clock.advance(0.1)
        assert [request.at for request in endpoint.requests] == [0, 20, 40, 60]
        (document,) = await w.notifications("dead")
        assert (document["Type"], document["Message"]) == ("Notification", "text")
        assert document["Message"] == endpoint.requests[0].message["Message"]

    run(story)


def test_phases_at_their_instants() -> None:
    async def story(w: World) -> None:
        w.topic()
        phases = policy(
            minDelayTarget=5,
            maxDelayTarget=25,
            numRetries=9,
            numNoDelayRetries=2,
            numMinDelayRetries=2,
            numMaxDelayRetries=2,
            backoffFunction="linear",
        )
        endpoint, _ = await w.confirmed(DeliveryPolicy=phases)
        endpoint.statuses = [500] * 20
        w.publish()
        await w.clock.advance(1000)
        # two at once, two after 5 s, then 5, 15, 25, then two after 25
        assert [request.at for request in endpoint.requests] == [0, 0, 0, 5, 10, 15, 30, 55, 80, 105]

    run(story)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_client_errors_are_permanent(status: int) -> None:
    async def story(w: World) -> None:
        w.topic()
        w.queue("dead")
        endpoint, _ = await w.confirmed(RedrivePolicy=REDRIVE)
        endpoint.statuses = [status] * 5
        w.publish()
        await w.clock.advance(0)
        assert len(await w.take("dead")) == 1
        await w.clock.advance(1000)
        assert len(endpoint.requests) == 1

    run(story)


def test_too_many_requests_is_tried_again() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint, _ = await w.confirmed()
        endpoint.statuses = [429]
        w.publish()
        await w.clock.advance(100)
        assert [request.at for request in endpoint.requests] == [0, 20]

    run(story)


def test_nobody_listens() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.queue("dead")
        endpoint, arn = await w.confirmed(RedrivePolicy=REDRIVE, DeliveryPolicy=policy(numRetries=1))
        subscription = w.ground.cloud.store(SnsStore, ACCOUNT, REGION).subscriptions[arn]
        subscription.endpoint = "http://127.0.0.1:9/"  # nobody is there
        w.publish()
        await w.clock.advance(20)
        attempts = [hop for hop in w.hops("deliver") if hop.target == "http://127.0.0.1:9/"]
        assert [hop.outcome for hop in attempts] == ["NO_ANSWER", "NO_ANSWER"]
        assert len(await w.take("dead")) == 1
        assert endpoint.requests == []

    run(story)


def test_the_topic_may_forbid_overrides() -> None:
    async def story(w: World) -> None:
        retries = {"minDelayTarget": 7, "maxDelayTarget": 7, "numRetries": 1}
        document = {"http": {"defaultHealthyRetryPolicy": retries, "disableSubscriptionOverrides": True}}
        w.topic(DeliveryPolicy=json.dumps(document))
        endpoint, _ = await w.confirmed(DeliveryPolicy=policy(numRetries=50))
        endpoint.statuses = [500] * 5
        w.publish()
        await w.clock.advance(1000)
        assert [request.at for request in endpoint.requests] == [0, 7]

    run(story)


def test_a_throttle_policy_spaces_requests() -> None:
    async def story(w: World) -> None:
        w.topic()
        slow = json.dumps({"throttlePolicy": {"maxReceivesPerSecond": 2}})
        endpoint, _ = await w.confirmed(DeliveryPolicy=slow, RawMessageDelivery="true")
        for number in range(4):
            w.publish(str(number))
        await w.clock.advance(10)
        assert [(request.at, request.body) for request in endpoint.requests] == [
            (0, "0"),
            (0.5, "1"),
            (1, "2"),
            (1.5, "3"),
        ]

    run(story)


def test_retries_may_be_scaled() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint, _ = await w.confirmed()
        endpoint.statuses = [500] * 5
        w.publish()
        await w.clock.advance(0)
        assert [request.at for request in endpoint.requests] == [0, 0, 0, 0]

    run(story, sns_retry_scale=0.0)


def test_goodbyes_are_retried_and_never_dead_letters() -> None:
    async def story(w: World) -> None:
        w.topic()
        w.queue("dead")
        endpoint, arn = await w.confirmed(RedrivePolicy=REDRIVE)
        endpoint.statuses = [500] * 10
        w.do("unsubscribe", SubscriptionArn=arn)
        await w.clock.advance(1000)
        assert [request.at for request in endpoint.of("UnsubscribeConfirmation")] == [0, 20, 40, 60]
        assert await w.take("dead") == []

    run(story)


def test_one_slow_endpoint_does_not_hold_up_another() -> None:
    async def story(w: World) -> None:
        w.topic()
        failing, _ = await w.confirmed()
        working, _ = await w.confirmed()
        failing.statuses = [500] * 12
        for number in range(3):
            w.publish(str(number))
        await w.clock.advance(0)
        assert len(working.requests) == 3
        await w.clock.advance(1000)
        assert (len(failing.requests), len(working.requests)) == (12, 3)

    run(story)


def test_where_the_certificate_is_can_be_set() -> None:
    async def story(w: World) -> None:
        w.topic()
        endpoint, _ = await w.confirmed()
        w.publish()
        await w.clock.advance(0)
        url = endpoint.requests[0].message["SigningCertURL"]
        assert url.startswith("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-")
        assert url.endswith(".pem")

    run(story, sns_certificate_url="https://sns.{region}.amazonaws.com")
