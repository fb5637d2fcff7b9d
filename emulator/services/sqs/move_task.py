"""A message move task: the process that brings dead letters back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from emulator.core import jsontext
from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.core.timestamps import milliseconds
from emulator.core.waiters import Waiters
from emulator.services.sqs.errors import invalid
from emulator.services.sqs.message import Message, State
from emulator.services.sqs.queue import Queue

NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
NO_SOURCE = "CouldNotDetermineMessageSource"
"""A message that was sent to the dead-letter queue directly has nowhere to go back to."""

Find = Callable[[Arn], Queue | None]


class MoveTask:
    """Moves what is deliverable in ``source`` to ``destination``, or each message to where it came from.

    ``rate`` is messages a second, or None for all at once.
    """

    def __init__(self, ground: Ground, source: Queue, destination: str | None, rate: int | None, find: Find) -> None:
        self._ground = ground
        self._source = source
        self._destination = destination
        self._rate = rate
        self._find = find
        self._cancelled = Waiters()
        self.id = ground.ids.uuid()
        self.source_arn = source.arn
        self.status = "RUNNING"
        self.failure: str | None = None
        self.moved = 0
        self.to_move = source.count(State.READY)
        self.started = ground.clock.now()

    @property
    def active(self) -> bool:
        return self.status in ("RUNNING", "CANCELLING")

    def cancel(self) -> None:
        self.status = "CANCELLING"
        self._cancelled.wake_all()

    async def run(self) -> None:
        """The process."""
        while self.status == "RUNNING" and self.moved < self.to_move:
            if not self._move(min(self._rate or self.to_move, self.to_move - self.moved)):
                break
            if self._rate and self.moved < self.to_move:
                await self._ground.clock.wait(self._cancelled, 1.0, label=f"message move task of {self._source.name}")
        if self.status == "CANCELLING":
            self.status = "CANCELLED"
        elif self.status == "RUNNING":
            self.status = "COMPLETED"

    def _move(self, limit: int) -> bool:
        """Move up to ``limit`` messages; False when there is nothing more to do."""
        for _ in range(limit):
            if not self._source.exists:
                return self._fail(NO_QUEUE)
            first = self._source.peek()
            if first is None:
                return False
            target, failure = self._target_of(first)
            if target is None:
                return self._fail(failure)
            self._hand_over(first, target)
        return True

    def _fail(self, reason: str) -> bool:
        self.status, self.failure = "FAILED", reason
        return False

    def _target_of(self, message: Message) -> tuple[Queue | None, str]:
        arn = self._destination or message.dead_letter_source
        if arn is None:
            return None, NO_SOURCE
        return self._find(Arn.parse(arn)), NO_QUEUE

    def _hand_over(self, message: Message, target: Queue) -> None:
        self._source.release(message)
        cause: Cause = message.cause
        hop = self._ground.journal.note(
            *("redrive", self.source_arn, target.arn, cause), message_id=message.id, move_task=self.id
        )
        target.readmit(message, hop.cause)
        self.moved += 1

    @property
    def handle(self) -> str:
        return base64.b64encode(compact({"taskId": self.id, "sourceArn": self.source_arn}).encode()).decode()

    def describe(self) -> dict[str, Any]:
        """One element of ListMessageMoveTasks' ``Results``."""
        shown: dict[str, Any] = {
            "Status": self.status,
            "SourceArn": self.source_arn,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": milliseconds(self.started),
        }
        optional = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "DestinationArn": self._destination,
            "MaxNumberOfMessagesPerSecond": self._rate,
            "FailureReason": self.failure,
        }
        return shown | {name: value for name, value in optional.items() if value is not None}


def read_task_handle(handle: str) -> tuple[str, str]:
    """(task id, source ARN) of a TaskHandle."""
    try:
        value = jsontext.parse(base64.b64decode(handle, validate=True))
        return str(value["taskId"]), str(value["sourceArn"])
    except (ValueError, binascii.Error, KeyError, TypeError):
        raise invalid("Value for parameter TaskHandle is invalid.") from None
