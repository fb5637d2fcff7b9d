"""A bucket that tells a function, a queue, a topic and the default bus, all from one stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

STACK = {
    "buckets": {
        "files": {
            "notifications": [
                {"target": "hear", "prefix": "in/", "suffix": ".csv"},
                {"target": "news", "events": ["s3:ObjectRemoved:*"]},
                {"target": "topic", "event": "s3:ObjectCreated:Put"},
            ],
            "event_bridge": True,
        }
    },
    "functions": {"hear": {"handler": "hear.handler", "code": "handlers"}},
    "queues": {"news": {}, "from-topic": {}, "from-bus": {}},
    "topics": {"topic": {"subscriptions": [{"endpoint": "from-topic", "raw": True}]}},
    "rules": {
        "r": {"pattern": {"source": ["aws.s3"], "detail": {"bucket": {"name": ["files"]}}}, "target": "from-bus"}
    },
}
stack = pytest.mark.aws_stack(STACK)


def bodies(aws_stack: Any, aws_client: Any, queue: str) -> list[Any]:
    """What lies in a queue, without the test messages that AWS sends when somebody is configured."""
    url = aws_stack.attributes[queue]["QueueUrl"]
    found = aws_client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    read = [json.loads(message["Body"]) for message in found]
    return [body for body in read if body.get("Event") != "s3:TestEvent"]


@stack
def test_everybody_hears_what_it_asked_for(aws_stack: Any, aws_client: Any, aws_clock: Any, aws_journal: Any) -> None:
    s3 = aws_client("s3")
    for key in ("in/a.csv", "in/a.txt", "out/a.csv"):
        s3.put_object(Bucket="files", Key=key, Body=b"x")
    s3.delete_object(Bucket="files", Key="in/a.txt")
    aws_clock.run_until_idle()

    (invoked,) = aws_journal.hops("invoke")
    (record,) = json.loads(invoked.payload)["Records"]
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Put")
    assert (record["s3"]["bucket"]["arn"], record["s3"]["object"]["key"]) == ("arn:aws:s3:::files", "in/a.csv")

    (removed,) = bodies(aws_stack, aws_client, "news")
    assert removed["Records"][0]["eventName"] == "ObjectRemoved:Delete"
    published = bodies(aws_stack, aws_client, "from-topic")
    assert [body["Records"][0]["s3"]["object"]["key"] for body in published] == ["in/a.csv", "in/a.txt", "out/a.csv"]
    kinds = [event["detail-type"] for event in bodies(aws_stack, aws_client, "from-bus")]
    assert kinds == ["Object Created"] * 3 + ["Object Deleted"]


@stack
def test_a_trace_leads_from_the_upload_to_the_function(
    aws_stack: Any, aws_client: Any, aws_clock: Any, aws_journal: Any
) -> None:
    aws_client("s3").put_object(Bucket="files", Key="in/a.csv", Body=b"x")
    aws_clock.run_until_idle()
    (invoked,) = aws_journal.hops("invoke")
    assert aws_journal.hops("api", trace=invoked.trace)[0].target == "s3:PutObject"
