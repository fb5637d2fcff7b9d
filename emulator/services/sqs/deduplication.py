"""What a FIFO queue remembers of accepted messages."""

from __future__ import annotations

import hashlib
from collections import deque
from typing import NamedTuple

from emulator.services.sqs.digests import utf8

INTERVAL = 300.0
"""Seconds for which a deduplication id is remembered, counted from the acceptance."""


class Accepted(NamedTuple):
    message: str
    sequence: int


def content_hash(body: str) -> str:
    """The deduplication id of content-based deduplication: of the body alone, attributes do not count."""
    return hashlib.sha256(utf8(body)).hexdigest()


class Deduplication:
    """``by_group`` is the scope at the queue's creation: AWS shows later changes, but does not follow them."""

    def __init__(self, by_group: bool) -> None:
        self._by_group = by_group
        self._accepted: dict[tuple[str, str], Accepted] = {}
        self._ages: deque[tuple[float, tuple[str, str]]] = deque()

    def _key(self, group: str | None, identifier: str) -> tuple[str, str]:
        return (group or "") if self._by_group else "", identifier

    def recall(self, group: str | None, identifier: str, now: float) -> Accepted | None:
        """The message that was accepted under this id in the last five minutes."""
        while self._ages and self._ages[0][0] <= now:
            del self._accepted[self._ages.popleft()[1]]
        return self._accepted.get(self._key(group, identifier))

    def remember(self, group: str | None, identifier: str, now: float, accepted: Accepted) -> None:
        key = self._key(group, identifier)
        self._accepted[key] = accepted
        self._ages.append((now + INTERVAL, key))

    def clear(self) -> None:
        self._accepted.clear()
        self._ages.clear()
