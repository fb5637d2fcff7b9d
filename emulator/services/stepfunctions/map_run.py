"""A Map Run: the executions that a distributed Map has started, and how many of them may fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.asl.maps import MapSettings
from emulator.core.waiters import Waiters
from emulator.services.stepfunctions.execution import (
    ABORTED,
    FAILED,
    PENDING_REDRIVE,
    RUNNING,
    SUCCEEDED,
    TIMED_OUT,
    Execution,
)

_COUNTED = {
    RUNNING: "running",
    SUCCEEDED: "succeeded",
    FAILED: "failed",
    TIMED_OUT: "timedOut",
    ABORTED: "aborted",
    PENDING_REDRIVE: "pendingRedrive",
}


@dataclass(slots=True, eq=False)
class Child:
    """One place in the run: ``input`` is an item, or a batch of ``size`` items; ``waiting`` for its redrive."""

    input: Any
    size: int
    execution: Execution | None = None
    waiting: bool = False

    @property
    def status(self) -> str:
        """``""`` while it was not started."""
        if self.execution is None:
            return ""
        return PENDING_REDRIVE if self.waiting else self.execution.status


@dataclass(slots=True, eq=False)
class MapRun:
    """``settings`` may be changed by UpdateMapRun while it runs; ``changed`` wakes the process behind it."""

    arn: str
    execution_arn: str
    machine_arn: str
    settings: MapSettings
    started: float
    status: str = RUNNING
    stopped: float | None = None
    children: list[Child] = field(default_factory=list)
    written: bool = False
    redrives: int = 0
    redriven: float | None = None
    changed: Waiters = field(default_factory=Waiters)

    def end(self, status: str, now: float) -> None:
        self.status, self.stopped = status, now

    @property
    def failed_items(self) -> int:
        return sum(child.size for child in self.children if child.status in (FAILED, TIMED_OUT, ABORTED))

    @property
    def total_items(self) -> int:
        return sum(child.size for child in self.children)

    @property
    def exceeded(self) -> bool:
        """Whether more items have failed than the Map tolerates."""
        return self.settings.exceeded(self.failed_items, self.total_items)

    def counts(self, size: Callable[[Child], int]) -> dict[str, int]:
        """``itemCounts`` or ``executionCounts``."""
        found = dict.fromkeys(("pending", "running", "succeeded", "failed", "timedOut", "aborted"), 0)
        for child in self.children:
            name = _COUNTED.get(child.status, "pending")
            found[name] = found.get(name, 0) + size(child)
        found["total"] = sum(size(child) for child in self.children)
        found["resultsWritten"] = found["succeeded"] if self.written else 0
        return found
