"""SQS's two doors to the other services: deliveries into queues, and queues as event sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.core.arns import Arn
from emulator.core.courier import DeliveryFailedError, Parcel, Received
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.timers import TimerKind
from emulator.core.waiters import Waiters
from emulator.services.sqs.queue import Queue
from emulator.services.sqs.received import describe
from emulator.services.sqs.sending import read_draft
from emulator.services.sqs.store import SqsStore

_NO_QUEUE = (
    "The specified queue does not exist or you do not have access to it. "
    "(Service: AmazonSQS; Status Code: 400; Error Code: AWS.SimpleQueueService.NonExistentQueue)"
)


def queue_at(ground: Ground, arn: Arn) -> Queue | None:
    return ground.cloud.store(SqsStore, arn.account, arn.region).queues.get(arn.resource)


class Deliveries:
    """The courier's adapter for ``arn:aws:sqs:…``: SendMessage with the parcel as body.

    ``parameters`` are members of SendMessage; the result is its output.  The parcel's trace becomes AWSTraceHeader.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def __call__(self, parcel: Parcel) -> dict[str, Any]:
        queue = queue_at(self._ground, parcel.arn)
        if queue is None:
            raise DeliveryFailedError("NO_RESOURCE", _NO_QUEUE)
        params = {**parcel.parameters, "MessageBody": parcel.payload}
        try:
            draft = read_draft(params, queue.rules(), parcel.cause.header())
        except AwsError as error:
            raise DeliveryFailedError("INVALID_PARAMETER", error.message or error.code) from error
        return queue.send(draft, parcel.source, parcel.arn.account, parcel.cause)


class PolledQueue:
    """A queue as an event source mapping sees it (``core.courier.QueueSource``).

    The emulator's poller owes the next move for what it has received, so time may jump to the end of these visibility
    timeouts.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.arn = queue.arn
        self.waiters: Waiters = queue.waiters

    def receive(self, limit: int, visibility: float | None = None) -> Sequence[Received]:
        taken = self._queue.receive(limit, visibility, TimerKind.OWED, receiver="poller") if self.exists else []
        return [Received(describe(message, self._queue.handle_of(message)), message.cause) for message in taken]

    def delete(self, receipt_handle: str) -> None:
        if self.exists:
            self._queue.delete(receipt_handle, source="poller")

    def change_visibility(self, receipt_handle: str, seconds: float) -> None:
        if self.exists:
            self._queue.change_visibility(receipt_handle, seconds, TimerKind.OWED)

    @property
    def visibility_timeout(self) -> float:
        return self._queue.visibility_timeout

    @property
    def exists(self) -> bool:
        return self._queue.exists
