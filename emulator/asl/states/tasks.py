"""Task and Parallel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from emulator.asl.scope import Value
from emulator.asl.states.base import WorkState
from emulator.asl.states.workflow import Workflow

# The suffixes of a service integration.
REQUEST_RESPONSE, SYNC, SYNC_2, TOKEN = "", ".sync", ".sync:2", ".waitForTaskToken"


@dataclass(frozen=True, slots=True)
class Resource:
    """A Task's ``Resource``, taken apart.

    ``kind``     ``lambda`` (a function's ARN), ``activity``, ``optimized``, ``aws-sdk``, ``http`` (``http:invoke``)
    ``service``  ``sqs``, or ``aws-sdk:sfn`` as history's ``resourceType`` shows it; ``lambda``, ``activity``, ``http``
    ``action``   ``sendMessage`` without its suffix; ``""`` for functions and activities
    ``pattern``  ``""``, ``.sync``, ``.sync:2``, ``.waitForTaskToken``
    """

    arn: str
    kind: str
    service: str
    action: str
    pattern: str

    @property
    def name(self) -> str:
        """History's ``resource``: ``sendMessage.waitForTaskToken``, or the ARN of a function or activity."""
        return self.arn if self.kind in ("lambda", "activity") else self.action + self.pattern

    @property
    def waits_for_token(self) -> bool:
        return self.pattern == TOKEN

    @property
    def waits_for_end(self) -> bool:
        return self.pattern in (SYNC, SYNC_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(WorkState):
    """See ``emulator.asl.timing.task_limits`` for the two times, in seconds."""

    type: ClassVar[str] = "Task"

    resource: Resource
    timeout_seconds: Value | None = None
    heartbeat_seconds: Value | None = None
    credentials: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(WorkState):
    type: ClassVar[str] = "Parallel"

    branches: tuple[Workflow, ...]
