"""A task as somebody sees it who waits for its end (the courier's ``Job``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.core.arns import Arn
from emulator.core.courier import Job
from emulator.core.ground import Ground
from emulator.core.waiters import Waiters
from emulator.services.ecs.names import task_id
from emulator.services.ecs.store import EcsStore
from emulator.services.ecs.task import Task
from emulator.services.ecs.task_view import task_view


class TaskJob:
    """Ended with STOPPED, well if the essential container that ended it has exited with 0."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self.waiters: Waiters = task.waiters

    @property
    def ended(self) -> bool:
        return self._task.ended

    @property
    def succeeded(self) -> bool:
        return self._task.succeeded

    def describe(self) -> dict[str, Any]:
        return task_view(self._task)


def finder(ground: Ground) -> Callable[[Arn], Job | None]:
    """Finds tasks by their ARNs."""

    def find(arn: Arn) -> Job | None:
        task = ground.cloud.store(EcsStore, arn.account, arn.region).tasks.get(task_id(str(arn))[1])
        return None if task is None else TaskJob(task)

    return find
