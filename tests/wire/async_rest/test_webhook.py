"""Asynchronous REST that calls back, AW-1 to AW-4, with the sample's own receiver: it verifies what it accepts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from sample_tasks.webhook.receiver import Receiver
from tests.wire.async_rest.reports import REQUEST, SAMPLES

TEXT = '{"id":"123","completed":true,"pdfUri":"https://example.com/é.pdf"}'
sample = pytest.mark.aws_stack(str(SAMPLES / "webhook"), clock="manual")


@pytest.fixture
def receiver(aws_stack: Any) -> Any:
    with Receiver(trusted=f"{aws_stack.url}/") as made:
        yield made


@contextmanager
def shy() -> Iterator[tuple[str, list[tuple[Any, Any]]]]:
    """An endpoint that confirms nothing by itself: its URL, and headers and JSON of each message."""
    got: list[tuple[Any, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.headers, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def topic_of(aws_stack: Any) -> str:
    return str(aws_stack.attributes["ready"]["TopicArn"])


def subscribed(aws_stack: Any, aws_client: Any, aws_clock: Any, url: str, **attributes: str) -> Any:
    """SNS's client, once the endpoint has confirmed."""
    sns = aws_client("sns")
    sns.subscribe(TopicArn=topic_of(aws_stack), Protocol="http", Endpoint=url, Attributes=attributes)
    aws_clock.settle()
    return sns


@sample
def test_nothing_is_delivered_before_the_endpoint_has_confirmed_aw_1(
    aws_stack: Any, aws_client: Any, aws_clock: Any
) -> None:
    topic = topic_of(aws_stack)
    with shy() as (url, got):
        sns = subscribed(aws_stack, aws_client, aws_clock, url)
        ((headers, asked),) = got
        assert headers["x-amz-sns-message-type"] == asked["Type"] == "SubscriptionConfirmation"
        sns.publish(TopicArn=topic, Message="too early")
        aws_clock.settle()
        assert len(got) == 1
        arn = sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])["SubscriptionArn"]
        sns.publish(TopicArn=topic, Message="now")
        aws_clock.settle()
        headers, message = got[-1]
        assert headers["x-amz-sns-subscription-arn"] == arn
        assert (len(got), message["Type"], message["Message"]) == (2, "Notification", "now")


@sample
def test_fetching_the_subscribe_url_confirms_as_well_aw_1(
    aws_stack: Any, aws_client: Any, aws_clock: Any, receiver: Any
) -> None:
    sns = subscribed(aws_stack, aws_client, aws_clock, receiver.url)
    assert receiver.log == [("SubscriptionConfirmation", 200)]
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic_of(aws_stack))["Subscriptions"]
    assert listed["SubscriptionArn"].startswith(f"{topic_of(aws_stack)}:")


@sample
def test_a_notification_carries_the_text_aw_2(aws_stack: Any, aws_client: Any, aws_clock: Any, receiver: Any) -> None:
    sns = subscribed(aws_stack, aws_client, aws_clock, receiver.url)
    identity = sns.publish(TopicArn=topic_of(aws_stack), Message=TEXT)["MessageId"]
    aws_clock.settle()
    (message,) = receiver.received
    assert (message["Type"], message["Message"], message["MessageId"]) == ("Notification", TEXT, identity)


@sample
def test_raw_delivery_is_the_bare_text_aw_2(aws_stack: Any, aws_client: Any, aws_clock: Any) -> None:
    with shy() as (url, got):
        sns = subscribed(aws_stack, aws_client, aws_clock, url, RawMessageDelivery="true")
        sns.confirm_subscription(TopicArn=topic_of(aws_stack), Token=got[0][1]["Token"])
        sns.publish(TopicArn=topic_of(aws_stack), Message=TEXT)
        aws_clock.settle()
        headers, body = got[-1]
        assert body == json.loads(TEXT)
        assert headers["x-amz-sns-rawdelivery"] == "true"


@sample
def test_twice_500_then_200_aw_3(aws_stack: Any, aws_client: Any, aws_clock: Any, receiver: Any) -> None:
    sns = subscribed(aws_stack, aws_client, aws_clock, receiver.url)
    receiver.failures = 2
    sns.publish(TopicArn=topic_of(aws_stack), Message=TEXT)
    aws_clock.settle()
    answers = [200, 500]
    assert [status for _, status in receiver.log] == answers
    aws_clock.advance(20)
    assert [status for _, status in receiver.log] == [*answers, 500]
    aws_clock.advance(20)
    assert [status for _, status in receiver.log] == [*answers, 500, 200]
    aws_clock.advance(3600)
    assert (len(receiver.received), len(receiver.log)) == (1, 4)


@sample
def test_never_200_ends_in_the_dead_letter_queue_aw_3(
    aws_stack: Any, aws_client: Any, aws_clock: Any, receiver: Any
) -> None:
    dead = aws_stack.attributes["undelivered"]
    redrive = json.dumps({"deadLetterTargetArn": dead["Arn"]})
    sns = subscribed(aws_stack, aws_client, aws_clock, receiver.url, RedrivePolicy=redrive)
    receiver.failures = 100
    sns.publish(TopicArn=topic_of(aws_stack), Message=TEXT)
    aws_clock.advance(59)
    assert "Messages" not in aws_client("sqs").receive_message(QueueUrl=dead["QueueUrl"])
    aws_clock.advance(1)
    (message,) = aws_client("sqs").receive_message(QueueUrl=dead["QueueUrl"])["Messages"]
    assert json.loads(message["Body"])["Message"] == TEXT
    assert receiver.log[1:] == [("Notification", 500)] * 4


@sample
def test_the_whole_way_and_polling_still_works_aw_4(
    aws_stack: Any, aws_client: Any, aws_clock: Any, reports: Any, receiver: Any
) -> None:
    subscribed(aws_stack, aws_client, aws_clock, receiver.url)
    place = reports.post()
    aws_clock.settle()
    (message,) = receiver.received
    told, found = json.loads(message["Message"]), reports.get(place)
    assert found == {**REQUEST, "completed": True, "pdfUri": told["pdfUri"]}
    assert told == {"id": place.rpartition("/")[2], "completed": True, "pdfUri": found["pdfUri"]}


@sample
def test_a_forged_message_is_refused_by_the_receiver(aws_stack: Any, aws_client: Any, aws_clock: Any) -> None:
    with Receiver(trusted=f"{aws_stack.url}/") as receiver:
        sns = subscribed(aws_stack, aws_client, aws_clock, receiver.url)
        sns.publish(TopicArn=topic_of(aws_stack), Message=TEXT)
        aws_clock.settle()
        (message,) = receiver.received
        assert receiver.take({**message, "Message": "forged"}) == 403
        assert receiver.take({**message, "SigningCertURL": "http://127.0.0.1:1/key.pem"}) == 403
