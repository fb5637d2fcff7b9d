"""An activity: tasks that wait for a worker, workers that wait for a task."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.core.waiters import Waiters
from emulator.services.stepfunctions.answers import Answer


@dataclass(slots=True, eq=False)
class ActivityTask:
    """``on_start`` is called when a worker has taken it; ``outside`` says whether that is a client of the emulator."""

    token: str
    input: Any
    answer: Answer
    on_start: Callable[[], None]
    worker: str = ""
    outside: bool = True


@dataclass(slots=True, eq=False)
class Activity:
    """First in, first out.  ``polls`` are the workers that wait in GetActivityTask."""

    arn: str
    name: str
    created: float
    tags: dict[str, str] = field(default_factory=dict)
    tasks: OrderedDict[str, ActivityTask] = field(default_factory=OrderedDict)
    polls: Waiters = field(default_factory=Waiters)

    def schedule(self, task: ActivityTask) -> None:
        self.tasks[task.token] = task
        self.polls.wake_one()

    def withdraw(self, token: str) -> None:
        """The attempt ended before a worker came."""
        self.tasks.pop(token, None)

    def take(self, worker: str, outside: bool) -> ActivityTask | None:
        """The task that waits longest, now started; None when there is none."""
        if not self.tasks:
            return None
        _, task = self.tasks.popitem(last=False)
        task.worker, task.outside = worker, outside
        task.on_start()
        if self.tasks:
            self.polls.wake_one()
        return task
