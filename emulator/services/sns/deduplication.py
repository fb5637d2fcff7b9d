"""What a FIFO topic remembers of its messages for five minutes.

AWS docs, "Amazon SNS message deduplication for FIFO topics".
"""

from __future__ import annotations

import hashlib
from collections import deque
from typing import NamedTuple

INTERVAL = 300.0


class Accepted(NamedTuple):
    """The answer to the first of equal messages, which the others get, too."""

    message_id: str
    sequence: str


def content_hash(message: str) -> str:
    """The deduplication id of content-based deduplication; attributes do not count."""
    return hashlib.sha256(message.encode("utf-8", "surrogatepass")).hexdigest()


class Deduplication:
    """Ids by scope: ``""`` for the topic, or a message group."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str], Accepted] = {}
        self._ages: deque[tuple[float, tuple[str, str]]] = deque()

    def recall(self, scope: str, identifier: str, now: float) -> Accepted | None:
        while self._ages and self._ages[0][0] <= now:
            del self._accepted[self._ages.popleft()[1]]
        return self._accepted.get((scope, identifier))

    def remember(self, scope: str, identifier: str, now: float, accepted: Accepted) -> None:
        self._accepted[scope, identifier] = accepted
        self._ages.append((now + INTERVAL, (scope, identifier)))
