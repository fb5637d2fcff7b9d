"""A task: what it is, and the statuses it goes through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.core.arns import Arn
from emulator.core.cause import Cause
from emulator.core.waiters import Waiters
from emulator.services.ecs.cluster import Cluster
from emulator.services.ecs.container import Container
from emulator.services.ecs.task_definition import TaskDefinition

PROVISIONING, PENDING, RUNNING = "PROVISIONING", "PENDING", "RUNNING"
DEPROVISIONING, STOPPED = "DEPROVISIONING", "STOPPED"
FAILED_TO_START, EXITED, USER = "TaskFailedToStart", "EssentialContainerExited", "UserInitiated"
EXITED_REASON = "Essential container in task exited"  # recorded from AWS


@dataclass(frozen=True, slots=True)
class Wish:
    """What RunTask asked for; ``overrides`` in AWS's shape, complete; ``sizes`` are the task's cpu and memory;
    ``network`` is None unless the network mode is awsvpc."""

    overrides: dict[str, Any]
    launch_type: str
    provider: str
    sizes: dict[str, str]
    platform: str
    group: str
    started_by: str
    execute_command: bool
    network: dict[str, Any] | None
    tags: dict[str, str]
    ephemeral_storage: dict[str, Any]


@dataclass(eq=False, slots=True)
class Task:
    """``changed`` is woken whenever its life has to look again; ``waiters`` when it has stopped."""

    arn: str
    id: str
    cluster: Cluster
    definition: TaskDefinition
    wish: Wish
    containers: list[Container]
    cause: Cause
    created_at: float
    attachment: str
    status: str = PROVISIONING
    desired: str = RUNNING
    version: int = 1
    stop_code: str = ""
    stopped_reason: str = ""
    connected_at: float | None = None
    pull_started_at: float | None = None
    pull_stopped_at: float | None = None
    started_at: float | None = None
    stopping_at: float | None = None
    execution_stopped_at: float | None = None
    stopped_at: float | None = None
    tags: dict[str, str] = field(default_factory=dict)
    changed: Waiters = field(default_factory=Waiters)
    waiters: Waiters = field(default_factory=Waiters)
    first_exit: Container | None = None

    @property
    def region(self) -> str:
        return Arn.parse(self.arn).region

    @property
    def account(self) -> str:
        return Arn.parse(self.arn).account

    @property
    def label(self) -> str:
        """What the clock's status and the journal call it."""
        return f"{self.definition.family}:{self.definition.revision} {self.id[:8]}"

    @property
    def ended(self) -> bool:
        return self.status == STOPPED

    @property
    def succeeded(self) -> bool:
        """The essential container that ended it has exited with 0."""
        return self.ended and self.stop_code == EXITED and self.first_exit is not None and not self.first_exit.exit_code

    @property
    def over(self) -> bool:
        """Whether nothing more may be started: somebody wants it to stop, it could not start, or it has ended."""
        return bool(self.stop_code)

    @property
    def all_started(self) -> bool:
        return all(container.started_at is not None for container in self.containers)

    def move(self, status: str) -> None:
        self.status = status
        self.version += 1

    def end(self, code: str, reason: str, by: Container | None = None) -> None:
        """The first reason counts."""
        if not self.stop_code:
            self.stop_code, self.stopped_reason, self.first_exit = code, reason, by
        self.changed.wake_all()
