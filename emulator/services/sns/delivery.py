"""Delivering one message to one subscription: attempts, waits, and the dead-letter queue at the end."""

from __future__ import annotations

import logging

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.services.sns import outbox
from emulator.services.sns.delivery_policy import CONTENT_TYPE, DeliveryPolicy, effective
from emulator.services.sns.http_post import Post, send
from emulator.services.sns.publication import Publication
from emulator.services.sns.retry import INTERNAL, Failure, GiveUp, RetryAfter, retry_decision
from emulator.services.sns.subscription import HTTP, MAIL, Subscription
from emulator.services.sns.topic import Topic

log = logging.getLogger("emulator.sns")
MAIL_SUBJECT = "AWS Notification Message"


class Delivery:
    """One message on its way to one endpoint, in a process of its own.

    Attempts are caused by the publish; a retry and the dead letter by the attempt that failed.
    """

    __slots__ = ("attempts", "cause", "ground", "last", "publication", "subscription", "topic")

    def __init__(
        self, ground: Ground, topic: Topic, subscription: Subscription, publication: Publication, cause: Cause
    ) -> None:
        self.ground = ground
        self.topic = topic
        self.subscription = subscription
        self.publication = publication
        self.cause = self.last = cause
        self.attempts = 0

    def start(self) -> None:
        """Deliver after the current step; processes begin in the order in which they were started."""
        self.ground.clock.spawn(self._run(), f"message {self.publication.id} to {self.subscription.endpoint}")

    async def _run(self) -> None:
        while (failure := await self._attempt()) is not None:
            decision = self._decide(failure)
            if isinstance(decision, GiveUp):
                await self._end(failure, decision)
                return
            await retry_later(self.ground, self.subscription, self.last, failure, decision, self.attempts)

    def _decide(self, failure: Failure) -> RetryAfter | GiveUp:
        settings = self.ground.settings
        if self.subscription.protocol in HTTP:
            phases, most = self._policy().phases(), None
        else:
            phases, most = INTERNAL, settings.sns_retries
        return retry_decision(phases, self.attempts, failure, most, settings.sns_retry_scale)

    def _policy(self) -> DeliveryPolicy:
        return effective(self.topic.delivery_policy, self.subscription.settings.delivery)

    async def _attempt(self) -> Failure | None:
        self.attempts += 1
        subscription, publication = self.subscription, self.publication
        if subscription.protocol in HTTP:
            return await self._post()
        if subscription.protocol == "sqs":
            text, members = publication.for_queue(subscription, subscription.endpoint)
            return await self._hand_over(text, members)
        if subscription.protocol == "lambda":
            return await self._hand_over(publication.lambda_event(subscription), {"InvocationType": "Event"})
        self._record()
        return None

    async def _hand_over(self, text: str, parameters: dict[str, object]) -> Failure | None:
        source, endpoint = self.subscription.topic_arn, self.subscription.endpoint
        done = await self.ground.courier.deliver(endpoint, text, source, self.cause, parameters, self.attempts)
        self.last = done.hop.cause
        return None if done.ok else Failure(done.code, done.message, done.retryable)

    async def _post(self) -> Failure | None:
        subscription, publication, policy = self.subscription, self.publication, self._policy()
        clock = self.ground.clock
        at = subscription.turn(clock.now(), policy.per_second)
        if at > clock.now():
            await clock.sleep(at - clock.now(), label=f"throttle policy of {subscription.arn}")
        raw = subscription.settings.raw
        body = publication.text(subscription) if raw else publication.notification(subscription)
        post = Post("Notification", publication.id, body, policy.content_type or CONTENT_TYPE, raw)
        failure, hop = await send(self.ground, subscription, post, self.cause, self.attempts)
        self.last = hop.cause
        return failure

    def _record(self) -> None:
        subscription, publication = self.subscription, self.publication
        protocol = subscription.protocol
        subject = (publication.draft.subject or MAIL_SUBJECT) if protocol in MAIL else ""
        as_json = protocol == "email-json"
        body = publication.notification(subscription) if as_json else publication.text(subscription)
        outbox.put(self.ground, protocol, subscription.endpoint, subject, body, subscription.topic_arn, self.cause)

    async def _end(self, failure: Failure, decision: GiveUp) -> None:
        """Hand the message to the subscription's dead-letter queue, or drop it; the journal says which and why."""
        subscription = self.subscription
        queue = subscription.settings.dead_letter_arn
        if queue is None:
            self.ground.journal.note(
                "dead-letter",
                subscription.arn,
                subscription.endpoint,
                self.last,
                "dropped",
                code=failure.code,
                error=failure.message,
                reason=decision.reason,
            )
            return
        text, members = self.publication.for_queue(subscription, queue)
        done = await self.ground.courier.deliver(queue, text, subscription.arn, self.last, members, kind="dead-letter")
        if not done.ok:
            log.warning("message %s is lost: dead-letter queue %s: %s", self.publication.id, queue, done.message)


async def retry_later(
    ground: Ground, subscription: Subscription, cause: Cause, failure: Failure, decision: RetryAfter, attempt: int
) -> None:
    """Write the retry down, and wait for it."""
    ground.journal.note(
        "retry",
        subscription.topic_arn,
        subscription.endpoint,
        cause,
        failure.code,
        attempt=attempt,
        error=failure.message,
        seconds=decision.seconds,
    )
    if decision.seconds > 0:
        await ground.clock.sleep(decision.seconds, label=f"retry to {subscription.endpoint}")
