"""A subscription: an endpoint of a topic, what it wants, and whether it has agreed."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.core.arns import Arn
from emulator.core.jsontext import compact
from emulator.services.sns.filter_policy import Attributes
from emulator.services.sns.subscription_attributes import Settings

HTTP = ("http", "https")
MAIL = ("email", "email-json")
TO_CONFIRM = (*HTTP, *MAIL)
PENDING = "PendingConfirmation"


class Subscription:
    """``base_url`` is where its links lead: the address that the subscriber used.

    ``token`` confirms it (None where nothing is to confirm); ``authenticated_only`` closes the unsubscribe link.
    """

    def __init__(
        self, arn: str, topic_arn: Arn, serial: int, owner: str, protocol: str, endpoint: str, settings: Settings
    ) -> None:
        self.arn = arn
        self.parsed_topic = topic_arn
        self.topic_arn = str(topic_arn)
        self.serial = serial
        self.owner = owner
        self.principal = f"arn:aws:iam::{owner}:user/emulator"
        self.protocol = protocol
        self.endpoint = endpoint
        self.settings = settings
        self.base_url = ""
        self.pending = protocol in TO_CONFIRM
        self.confirmed_authenticated = not self.pending
        self.authenticated_only = False
        self.token: str | None = None
        self._free_at = 0.0

    @property
    def arn_in_lists(self) -> str:
        return PENDING if self.pending else self.arn

    def wants(self, message: str, attributes: Attributes) -> bool:
        policy = self.settings.filter
        return policy is None or policy.matches(message, attributes)

    def turn(self, now: float, per_second: float | None) -> float:
        """The instant at which the next request may go out under a throttle policy; it is then taken."""
        if per_second is None:
            return now
        at = max(now, self._free_at)
        self._free_at = at + 1 / per_second
        return at

    def shown(self) -> dict[str, str]:
        """GetSubscriptionAttributes."""
        values: Mapping[str, str] = self.settings.values
        view = {
            "SubscriptionArn": self.arn,
            "TopicArn": self.topic_arn,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "Owner": self.owner,
            "RawMessageDelivery": "false",
            "ConfirmationWasAuthenticated": _word(self.confirmed_authenticated),
            "PendingConfirmation": _word(self.pending),
            "SubscriptionPrincipal": self.principal,
        }
        view |= {name: value for name, value in values.items() if name != "FilterPolicyScope"}
        if self.settings.filter is not None:
            view["FilterPolicyScope"] = self.settings.filter.scope
        if "DeliveryPolicy" in values:
            view["EffectiveDeliveryPolicy"] = compact(self.settings.delivery.shown(topic=False))
        return view

    def listed(self) -> dict[str, str]:
        """An element of ListSubscriptions."""
        return {
            "SubscriptionArn": self.arn_in_lists,
            "Owner": self.owner,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "TopicArn": self.topic_arn,
        }


def _word(flag: bool) -> str:
    return "true" if flag else "false"
