"""From a checked message to its deliveries."""

from __future__ import annotations

from typing import Any

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.services.sns import outbox
from emulator.services.sns.deduplication import Accepted, content_hash
from emulator.services.sns.delivery import Delivery
from emulator.services.sns.draft import Draft, check_fifo
from emulator.services.sns.publication import Publication
from emulator.services.sns.subscription import Subscription
from emulator.services.sns.topic import Topic


def publish(ground: Ground, topic: Topic, draft: Draft, source: str, cause: Cause) -> dict[str, Any]:
    """Take a message and start its deliveries; gives Publish's output.  Raises InvalidParameter.

    A repetition on a FIFO topic gets the first one's answer and is not delivered (recorded from AWS).
    """
    check_fifo(draft, topic.fifo, topic.content_based)
    hop = ground.journal.begin("publish", source, topic.arn, cause, payload=draft.message)
    accepted, repeated = _accept(ground, topic, draft)
    if repeated:
        ground.journal.end(hop, "duplicate", message_id=accepted.message_id)
        return _output(accepted)
    publication = Publication(
        accepted.message_id,
        topic.parsed_arn,
        draft,
        ground.clock.now(),
        ground.settings,
        topic.signature_version,
        accepted.sequence or None,
    )
    confirmed = [subscription for subscription in topic.subscriptions.values() if not subscription.pending]
    wanted = [subscription for subscription in confirmed if _wants(subscription, draft)]
    hop.detail.update(deliveries=len(wanted), filtered=len(confirmed) - len(wanted))
    ground.journal.end(hop, message_id=accepted.message_id)
    for subscription in wanted:
        Delivery(ground, topic, subscription, publication, hop.cause).start()
    return _output(accepted)


def _accept(ground: Ground, topic: Topic, draft: Draft) -> tuple[Accepted, bool]:
    if not topic.fifo:
        return Accepted(ground.ids.uuid(), ""), False
    group, now = draft.group or "", ground.clock.now()
    identifier = draft.deduplication or content_hash(draft.message)
    known = topic.recall(group, identifier, now)
    if known is not None:
        return known, True
    return topic.accept(group, identifier, now, ground.ids.uuid()), False


def _wants(subscription: Subscription, draft: Draft) -> bool:
    return subscription.wants(draft.text_for(subscription.protocol), draft.attributes)


def _output(accepted: Accepted) -> dict[str, Any]:
    output = {"MessageId": accepted.message_id}
    return {**output, "SequenceNumber": accepted.sequence} if accepted.sequence else output


def send_sms(ground: Ground, number: str, draft: Draft, source: str, cause: Cause) -> dict[str, Any]:
    """Publish to a phone number: recorded, not sent."""
    message_id = ground.ids.uuid()
    hop = ground.journal.note("publish", source, number, cause, payload=draft.message, message_id=message_id)
    outbox.put(ground, "sms", number, "", draft.text_for("sms"), "", hop.cause)
    return {"MessageId": message_id}
