"""``ECS Task State Change`` on the default event bus, and the cluster's counts."""

from __future__ import annotations

from emulator.core.ground import Ground
from emulator.core.jsontext import compact
from emulator.services.ecs.task import PENDING, PROVISIONING, RUNNING, STOPPED, Task
from emulator.services.ecs.task_view import event_detail

DETAIL_TYPE = "ECS Task State Change"
_SOURCE = "aws.ecs"


def move(ground: Ground, task: Task, status: str) -> None:
    """Give the task its next status, and tell."""
    _count(task, -1)
    task.move(status)
    _count(task, +1)
    announce(ground, task)


def want_stopped(ground: Ground, task: Task) -> None:
    """The task shall stop; told if this was not known before."""
    if task.desired != STOPPED:
        task.desired = STOPPED
        task.version += 1
        announce(ground, task)


def began(ground: Ground, task: Task) -> None:
    _count(task, +1)
    announce(ground, task)


def _count(task: Task, one: int) -> None:
    word = {PROVISIONING: "pending", PENDING: "pending", RUNNING: "running"}.get(task.status)
    if word is not None:
        task.cluster.counts[word, task.wish.launch_type] += one


def announce(ground: Ground, task: Task) -> None:
    """Tell EventBridge what the task is now."""
    courier = ground.courier
    if not courier.can_deliver("events"):
        return
    bus = f"arn:aws:events:{task.region}:{task.account}:event-bus/default"
    detail = compact(event_detail(task, ground.clock.now()))
    parameters = {"DetailType": DETAIL_TYPE, "Source": _SOURCE, "Resources": [task.arn]}

    async def send() -> None:
        await courier.deliver(bus, detail, source=task.arn, cause=task.cause, parameters=parameters)

    ground.clock.spawn(send(), "task state change")
