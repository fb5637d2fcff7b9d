"""The queues of one account and region, and the move tasks that run over them."""

from __future__ import annotations

from emulator.services.sqs.move_task import MoveTask
from emulator.services.sqs.queue import Queue


class SqsStore:
    """``deleted`` holds when names were given up; ``tasks`` are message move tasks, oldest first."""

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}
        self.deleted: dict[str, float] = {}
        self.tasks: list[MoveTask] = []


class Guards:
    """AWS's two waiting periods of 60 s, off unless asked for: they only slow tests down.

    ``ground.cloud.shared(Guards).purge = True`` makes a second PurgeQueue fail; ``recreate`` makes CreateQueue fail
    after DeleteQueue.
    """

    seconds = 60.0

    def __init__(self) -> None:
        self.purge = False
        self.recreate = False
