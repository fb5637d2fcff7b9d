"""Asking an endpoint: SubscriptionConfirmation and UnsubscribeConfirmation, and the tokens in them."""

from __future__ import annotations

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.timestamps import iso_milliseconds
from emulator.services.sns import outbox
from emulator.services.sns.delivery import retry_later
from emulator.services.sns.delivery_policy import effective
from emulator.services.sns.http_post import Post, send
from emulator.services.sns.publication import certificate_url, confirm_url, laid_out
from emulator.services.sns.retry import GiveUp, retry_decision
from emulator.services.sns.signature import sign, string_to_sign
from emulator.services.sns.store import Tokens, TokenUse
from emulator.services.sns.subscription import HTTP, Subscription
from emulator.services.sns.topic import Topic

TOKEN_LIFE = 2 * 86_400.0
TOKEN_DIGITS = 288
SUBSCRIBE, UNSUBSCRIBE = "SubscriptionConfirmation", "UnsubscribeConfirmation"
MAIL_SUBJECT = "AWS Notification - Subscription Confirmation"
_TEXTS = {
    SUBSCRIBE: (
        "You have chosen to subscribe to the topic {topic}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    ),
    UNSUBSCRIBE: (
        "You have chosen to deactivate subscription {subscription}.\n"
        "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
    ),
}
_MAIL = (
    "You have chosen to subscribe to the topic: \n{topic}\n\nTo confirm this subscription, click or visit the link "
    "below (If this was in error no action is necessary): \n{url}\n"
)


def give_token(ground: Ground, subscription: Subscription) -> None:
    """Give the subscription a token, or new life to the one that it has: an earlier message stays good."""
    if subscription.token is None:
        subscription.token = ground.ids.hex(TOKEN_DIGITS)
    use = TokenUse(subscription, ground.clock.now() + TOKEN_LIFE)
    ground.cloud.shared(Tokens).uses[subscription.token] = use


def take_token(ground: Ground, subscription: Subscription) -> None:
    if subscription.token is not None:
        ground.cloud.shared(Tokens).uses.pop(subscription.token, None)
        subscription.token = None


def ask(ground: Ground, topic: Topic | None, subscription: Subscription, kind: str, cause: Cause) -> None:
    """Send the confirmation with the subscription's token: by HTTP in a process of its own, as recorded e-mail."""
    token = subscription.token
    assert token is not None
    if subscription.protocol in HTTP:
        document = _document(ground, topic, subscription, kind, token)
        ground.clock.spawn(_send(ground, topic, subscription, document, cause), f"{kind} to {subscription.endpoint}")
    elif kind == SUBSCRIBE:
        _mail(ground, topic, subscription, token, cause)


def _mail(ground: Ground, topic: Topic | None, subscription: Subscription, token: str, cause: Cause) -> None:
    if subscription.protocol == "email-json":
        body = laid_out(dict(_document(ground, topic, subscription, SUBSCRIBE, token)))
    else:
        body = _MAIL.format(topic=subscription.topic_arn, url=confirm_url(subscription, token))
    protocol, endpoint = subscription.protocol, subscription.endpoint
    outbox.put(ground, protocol, endpoint, MAIL_SUBJECT, body, subscription.topic_arn, cause)


def _document(ground: Ground, topic: Topic | None, subscription: Subscription, kind: str, token: str) -> dict[str, str]:
    version = topic.signature_version if topic is not None else "1"
    region = subscription.parsed_topic.region
    document = {
        "Type": kind,
        "MessageId": ground.ids.uuid(),
        "Token": token,
        "TopicArn": subscription.topic_arn,
        "Message": _TEXTS[kind].format(topic=subscription.topic_arn, subscription=subscription.arn),
        "SubscribeURL": confirm_url(subscription, token),
        "Timestamp": iso_milliseconds(ground.clock.now()),
        "SignatureVersion": version,
    }
    document["Signature"] = sign(string_to_sign(document), version)
    document["SigningCertURL"] = certificate_url(ground.settings, subscription.base_url, region)
    return document


async def _send(
    ground: Ground, topic: Topic | None, subscription: Subscription, document: dict[str, str], cause: Cause
) -> None:
    """Tried as often as a notification; never dead-lettered (recorded from AWS)."""
    post, attempt = Post(document["Type"], document["MessageId"], laid_out(dict(document))), 1
    own = subscription.settings.delivery
    phases = (effective(topic.delivery_policy, own) if topic is not None else own).phases()
    while True:
        failure, hop = await send(ground, subscription, post, cause, attempt)
        if failure is None:
            return
        decision = retry_decision(phases, attempt, failure, scale=ground.settings.sns_retry_scale)
        if isinstance(decision, GiveUp):
            return
        await retry_later(ground, subscription, hop.cause, failure, decision, attempt)
        attempt += 1
