"""E-mails and SMS that a real SNS would have sent: kept to be read, never sent."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.timestamps import iso_milliseconds

KEPT = 1000


class Sent(NamedTuple):
    """``at`` is an instant; ``subject`` is empty for an SMS; ``topic_arn`` is empty for a message to a phone number."""

    at: float
    protocol: str
    endpoint: str
    subject: str
    body: str
    topic_arn: str

    def describe(self) -> dict[str, Any]:
        view = self._asdict()
        return {"time": iso_milliseconds(view.pop("at")), **view}


class Outbox:
    """The latest messages of all accounts, oldest first; kept in ``cloud.shared``."""

    def __init__(self) -> None:
        self.messages: deque[Sent] = deque(maxlen=KEPT)


def put(ground: Ground, protocol: str, endpoint: str, subject: str, body: str, topic_arn: str, cause: Cause) -> None:
    """Record a message and its hop."""
    sent = Sent(ground.clock.now(), protocol, endpoint, subject, body, topic_arn)
    ground.cloud.shared(Outbox).messages.append(sent)
    ground.journal.note("deliver", topic_arn or "sns", endpoint, cause, attempt=1, payload=body, subject=subject)
