"""One POST to an HTTP(S) endpoint, as SNS sends it."""

from __future__ import annotations

from typing import NamedTuple

from emulator import http_out
from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.journal import Hop
from emulator.services.sns.delivery_policy import CONTENT_TYPE
from emulator.services.sns.retry import Failure, http_failure
from emulator.services.sns.subscription import Subscription

TIMEOUT = 15.0
"""Real seconds in which an endpoint has to answer."""


class Post(NamedTuple):
    """What is sent; ``kind`` is the message's Type."""

    kind: str
    message_id: str
    body: str
    content_type: str = CONTENT_TYPE
    raw: bool = False

    def headers(self, subscription: Subscription) -> list[tuple[str, str]]:
        """In AWS's spelling (recorded from AWS)."""
        headers = [
            ("Content-Type", self.content_type),
            ("User-Agent", "Amazon Simple Notification Service Agent"),
            ("Accept-Encoding", "gzip,deflate"),
            ("x-amz-sns-message-type", self.kind),
            ("x-amz-sns-message-id", self.message_id),
            ("x-amz-sns-topic-arn", subscription.topic_arn),
        ]
        if self.kind != "SubscriptionConfirmation":
            headers.append(("x-amz-sns-subscription-arn", subscription.arn))
        if self.raw:
            headers.append(("x-amz-sns-rawdelivery", "true"))
        return headers


async def send(
    ground: Ground, subscription: Subscription, post: Post, cause: Cause, attempt: int
) -> tuple[Failure | None, Hop]:
    """Try once.  Gives what went wrong, or None, and the attempt's hop."""
    journal, url, source = ground.journal, subscription.endpoint, subscription.topic_arn
    hop = journal.begin("deliver", source, url, cause, attempt, post.body, type=post.kind)
    headers, data = post.headers(subscription), post.body.encode("utf-8", "replace")
    try:
        answer = await http_out.request(
            ground, "POST", url, source=source, cause=hop.cause, headers=headers, body=data, timeout=TIMEOUT
        )
    except http_out.HttpFailedError as error:
        journal.end(hop, "NO_ANSWER", error=str(error))
        return Failure("NO_ANSWER", str(error), True), hop
    failure = http_failure(answer.status)
    journal.end(hop, failure.code if failure else "ok")
    return failure, hop
