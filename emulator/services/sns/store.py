"""The topics and subscriptions of one account and region, and what has no account."""

from __future__ import annotations

from typing import NamedTuple

from emulator.services.sns.subscription import Subscription
from emulator.services.sns.topic import Topic


class SnsStore:
    """``topics`` by name, ``subscriptions`` by ARN, both oldest first; subscriptions outlive their topic."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.created = 0

    def next_serial(self) -> int:
        """The place of a new topic or subscription in lists."""
        self.created += 1
        return self.created


class TokenUse(NamedTuple):
    """What a token confirms; it is good until the instant ``expires``."""

    subscription: Subscription
    expires: float


class Tokens:
    """Confirmation tokens of all accounts; a link carries no account.  Kept in ``cloud.shared``."""

    def __init__(self) -> None:
        self.uses: dict[str, TokenUse] = {}
