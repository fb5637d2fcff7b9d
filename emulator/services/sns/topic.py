"""A topic: its attributes, its subscriptions, and what a FIFO topic remembers."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.core.arns import Arn
from emulator.core.jsontext import compact
from emulator.services.sns import topic_attributes
from emulator.services.sns.deduplication import Accepted, Deduplication
from emulator.services.sns.delivery_policy import DeliveryPolicy
from emulator.services.sns.subscription import Subscription

_FIRST_SEQUENCE = 10_000_000_000_000_000_000  # 20 digits, as AWS's


class Topic:
    """``attributes`` are the ones set, in AWS's string form; ``subscriptions`` are by ARN, oldest first."""

    def __init__(self, arn: Arn, serial: int, attributes: Mapping[str, str], tags: Mapping[str, str]) -> None:
        self.parsed_arn = arn
        self.arn = str(arn)
        self.name = arn.resource
        self.serial = serial
        self.fifo = arn.resource.endswith(".fifo")
        self.attributes = dict(attributes)
        self.tags = dict(tags)
        self.subscriptions: dict[str, Subscription] = {}
        self.deleted = 0
        self._memory = Deduplication()
        self._sequence = _FIRST_SEQUENCE
        self.delivery_policy: DeliveryPolicy = topic_attributes.delivery_policy(self.attributes)

    def set_attribute(self, name: str, value: str) -> None:
        """Store a checked value; an empty one removes the attribute (``DisplayName`` stays, empty)."""
        if value:
            self.attributes[name] = value
        else:
            self.attributes.pop(name, None)
        self.delivery_policy = topic_attributes.delivery_policy(self.attributes)

    @property
    def policy(self) -> str:
        return self.attributes.get("Policy") or topic_attributes.default_policy(self.arn, self.parsed_arn.account)

    @property
    def signature_version(self) -> str:
        return self.attributes.get("SignatureVersion", "1")

    @property
    def content_based(self) -> bool:
        return self.attributes.get("ContentBasedDeduplication") == "true"

    def shown(self) -> dict[str, str]:
        """GetTopicAttributes."""
        pending = sum(subscription.pending for subscription in self.subscriptions.values())
        view = {
            "TopicArn": self.arn,
            "Owner": self.parsed_arn.account,
            "DisplayName": "",
            "Policy": self.policy,
            "SubscriptionsConfirmed": str(len(self.subscriptions) - pending),
            "SubscriptionsPending": str(pending),
            "SubscriptionsDeleted": str(self.deleted),
            "EffectiveDeliveryPolicy": compact(self.delivery_policy.shown(topic=True)),
        }
        if self.fifo:
            view |= {"FifoTopic": "true", "ContentBasedDeduplication": "false"}
        return view | self.attributes

    def find(self, protocol: str, endpoint: str) -> Subscription | None:
        """The subscription of an endpoint, confirmed or not."""
        for subscription in self.subscriptions.values():
            if (subscription.protocol, subscription.endpoint) == (protocol, endpoint):
                return subscription
        return None

    # FIFO

    def _scope(self, group: str) -> str:
        return group if self.attributes.get("FifoThroughputScope") == "MessageGroup" else ""

    def recall(self, group: str, identifier: str, now: float) -> Accepted | None:
        """The message that was taken under this deduplication id in the last five minutes."""
        return self._memory.recall(self._scope(group), identifier, now)

    def accept(self, group: str, identifier: str, now: float, message_id: str) -> Accepted:
        """Give a new message its sequence number, and remember it."""
        accepted = Accepted(message_id, str(self._sequence))
        self._sequence += 1
        self._memory.remember(self._scope(group), identifier, now, accepted)
        return accepted
