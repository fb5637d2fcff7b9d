"""Amazon SQS as the house sees it."""

from __future__ import annotations

from emulator.core.arns import Arn
from emulator.core.courier import QueueSource
from emulator.core.ground import Ground, Service
from emulator.services.sqs import api_batches, api_messages, api_move_tasks, api_policies, api_queues
from emulator.services.sqs.courier import Deliveries, PolledQueue, queue_at
from emulator.services.sqs.store import SqsStore


def _join(ground: Ground) -> None:
    def source(arn: Arn) -> QueueSource | None:
        queue = queue_at(ground, arn)
        return PolledQueue(queue) if queue is not None else None

    ground.courier.register_target("sqs", Deliveries(ground))
    ground.courier.register_source("sqs", source)


def _end_waits(ground: Ground) -> None:
    """Deletes every queue, so that long polls end."""
    for _, _, store in ground.cloud.stores(SqsStore):
        for queue in store.queues.values():
            queue.close()


SERVICE = Service(
    name="sqs",
    api=(api_messages, api_batches, api_queues, api_policies, api_move_tasks),
    join=_join,
    on_reset=_end_waits,
    validation="own",
    long_polls=frozenset({"ReceiveMessage"}),
)
