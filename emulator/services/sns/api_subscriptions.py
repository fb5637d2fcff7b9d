"""Subscribe, ConfirmSubscription, Unsubscribe, and reading and changing subscriptions."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.arns import Arn
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.sns import confirmation
from emulator.services.sns.addresses import find_subscription, find_topic, is_signed, read_arn, topic_at
from emulator.services.sns.endpoints import check_endpoint
from emulator.services.sns.errors import invalid, missing, no_topic
from emulator.services.sns.paging import page
from emulator.services.sns.store import SnsStore, Tokens
from emulator.services.sns.subscription import HTTP, Subscription
from emulator.services.sns.subscription_attributes import KNOWN, ON_SUBSCRIBE, read_settings, same
from emulator.services.sns.topic import Topic

_TOKEN = re.compile(r"[0-9a-f]{64,}")


def subscribe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Subscribe an endpoint, or answer its existing subscription when the attributes given agree with it."""
    topic = find_topic(call, params.get("TopicArn"))
    protocol, endpoint = params.get("Protocol"), params.get("Endpoint")
    check_endpoint(protocol, endpoint, topic.fifo)
    assert protocol is not None
    assert endpoint is not None
    given = {name: value or "" for name, value in (params.get("Attributes") or {}).items()}
    settings = read_settings(given, topic.fifo, ON_SUBSCRIBE)
    subscription = topic.find(protocol, endpoint)
    if subscription is None:
        store = call.ground.cloud.store(SnsStore, topic.parsed_arn.account, topic.parsed_arn.region)
        arn = f"{topic.arn}:{call.ids.uuid()}"
        subscription = Subscription(
            arn, topic.parsed_arn, store.next_serial(), call.account, protocol, endpoint, settings
        )
        subscription.base_url = call.base_url or call.ground.base_url
        topic.subscriptions[arn] = store.subscriptions[arn] = subscription
    elif not same(given, subscription.settings.values):
        raise invalid(f"{ON_SUBSCRIBE}Subscription already exists with different attributes")
    if subscription.pending:
        confirmation.give_token(call.ground, subscription)
        confirmation.ask(call.ground, topic, subscription, confirmation.SUBSCRIBE, call.cause)
        if not params.get("ReturnSubscriptionArn"):
            return {"SubscriptionArn": "pending confirmation"}
    return {"SubscriptionArn": subscription.arn}


def confirm_subscription(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Confirm a subscription, or restore one that was cancelled.  Works without a signature: SubscribeURL leads here.

    Any topic of the right region will do (recorded from AWS): the token knows its subscription.
    """
    signed = is_signed(call)
    arn = _topic_of_link(call, params.get("TopicArn"), signed)
    token = params.get("Token")
    if token is None:
        raise missing("token")
    use = call.ground.cloud.shared(Tokens).uses.get(token)
    if use is None or call.clock.now() >= use.expires:
        raise AwsError("InvalidParameter", "Invalid token") if _is_odd(token, signed) else invalid("Token")
    subscription = use.subscription
    if arn.region != subscription.parsed_topic.region:
        raise invalid("Topic")
    topic = topic_at(call.ground, subscription.parsed_topic)
    if topic is None:
        raise no_topic()
    _restore(call, topic, subscription)
    if subscription.pending:
        subscription.pending = False
        subscription.confirmed_authenticated = signed
        subscription.authenticated_only = signed and _is_true(params.get("AuthenticateOnUnsubscribe"))
    return {"SubscriptionArn": subscription.arn}


def _topic_of_link(call: Call, text: str | None, signed: bool) -> Arn:
    try:
        return read_arn("TopicArn", text, call.region if signed else None)
    except AwsError:
        if signed or text is None:
            raise
        raise invalid("Topic") from None


def _is_odd(token: str, signed: bool) -> bool:
    return signed and not _TOKEN.fullmatch(token)


def _is_true(value: object) -> bool:
    return value is True or str(value).lower() == "true"


def _restore(call: Call, topic: Topic, subscription: Subscription) -> None:
    """Take a cancelled subscription back, with the token of its UnsubscribeConfirmation."""
    if subscription.arn in topic.subscriptions:
        return
    topic.subscriptions[subscription.arn] = subscription
    topic.deleted -= 1
    arn = subscription.parsed_topic
    call.ground.cloud.store(SnsStore, arn.account, arn.region).subscriptions[subscription.arn] = subscription


def unsubscribe(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Works without a signature, unless the confirmation asked otherwise; an unknown ARN is no error (recorded)."""
    signed = is_signed(call)
    arn = read_arn("SubscriptionArn", params.get("SubscriptionArn"), call.region if signed else None)
    if ":" not in arn.resource:
        raise invalid("SubscriptionId")
    store = call.ground.cloud.store(SnsStore, arn.account, arn.region)
    subscription = store.subscriptions.get(str(arn))
    if subscription is None:
        return {}
    if subscription.authenticated_only and not signed:
        text = "The subscription can only be cancelled by an authenticated request"  # unverified
        raise AwsError("AuthorizationError", text)
    del store.subscriptions[subscription.arn]
    topic = topic_at(call.ground, subscription.parsed_topic)
    if topic is not None and topic.subscriptions.pop(subscription.arn, None) is not None:
        topic.deleted += 1
    _say_goodbye(call, topic, subscription)
    return {}


def _say_goodbye(call: Call, topic: Topic | None, subscription: Subscription) -> None:
    confirmation.take_token(call.ground, subscription)
    if subscription.protocol in HTTP and not subscription.pending:
        confirmation.give_token(call.ground, subscription)
        confirmation.ask(call.ground, topic, subscription, confirmation.UNSUBSCRIBE, call.cause)


def list_subscriptions(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    subscriptions, token = page(call.store(SnsStore).subscriptions.values(), params.get("NextToken"))
    return {"Subscriptions": [subscription.listed() for subscription in subscriptions], **token}


def list_subscriptions_by_topic(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    topic = find_topic(call, params.get("TopicArn"))
    subscriptions, token = page(topic.subscriptions.values(), params.get("NextToken"))
    return {"Subscriptions": [subscription.listed() for subscription in subscriptions], **token}


def get_subscription_attributes(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"Attributes": find_subscription(call, params.get("SubscriptionArn")).shown()}


def set_subscription_attributes(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Change one attribute; all of them are checked together, because a scope judges the filter policy."""
    subscription = find_subscription(call, params.get("SubscriptionArn"))
    name = params.get("AttributeName")
    if name is None:
        raise missing("attributeName")
    if name not in KNOWN and name != "ReplayPolicy":
        raise invalid("AttributeName")
    values = {**subscription.settings.values, name: params.get("AttributeValue") or ""}
    fifo = subscription.topic_arn.endswith(".fifo")
    subscription.settings = read_settings(values, fifo)
    return {}
