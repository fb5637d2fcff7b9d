"""Reading ARNs and finding what they name.  The texts are recorded from AWS."""

from __future__ import annotations

from emulator.core.arns import Arn
from emulator.core.ground import Call, Ground
from emulator.services.sns.errors import invalid, no_subscription, no_topic
from emulator.services.sns.store import SnsStore
from emulator.services.sns.subscription import Subscription
from emulator.services.sns.topic import Topic


def read_arn(name: str, text: str | None, region: str | None = None) -> Arn:
    """The ARN given as parameter ``name``; with ``region`` it must be SNS's there.  InvalidParameter otherwise."""
    if text is None:
        raise invalid(f"{name} Reason: no value for required parameter")
    parts = text.split(":", 5)
    if len(parts) < 6:
        raise invalid(f"{name} Reason: An ARN must have at least 6 elements, not {len(parts)}")
    arn = Arn(*parts[1:])
    if region is not None and (arn.service, arn.region) != ("sns", region):
        raise invalid(name)
    return arn


def is_signed(call: Call) -> bool:
    """False for the links in messages: HTTP requests without a signature.  Calls from inside count as signed."""
    return not call.headers or "authorization" in call.headers


def topic_at(ground: Ground, arn: Arn) -> Topic | None:
    return ground.cloud.store(SnsStore, arn.account, arn.region).topics.get(arn.resource)


def find_topic(call: Call, text: str | None, name: str = "TopicArn") -> Topic:
    """The topic of a call; InvalidParameter or NotFound."""
    topic = topic_at(call.ground, read_arn(name, text, call.region))
    if topic is None:
        raise no_topic()
    return topic


def find_subscription(call: Call, text: str | None) -> Subscription:
    """The subscription of a call; InvalidParameter or NotFound."""
    arn = read_arn("SubscriptionArn", text, call.region)
    found = call.ground.cloud.store(SnsStore, arn.account, arn.region).subscriptions.get(str(arn))
    if found is None:
        raise no_subscription()
    return found
