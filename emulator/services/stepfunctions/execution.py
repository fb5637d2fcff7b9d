"""An execution: what it runs, how far it is, and how it ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.asl.scope import ABSENT
from emulator.asl.states import Workflow
from emulator.core.cause import Cause
from emulator.core.timers import Timer
from emulator.core.waiters import Waiters
from emulator.services.stepfunctions.history import History
from emulator.services.stepfunctions.machine import Revision

if TYPE_CHECKING:
    from emulator.services.stepfunctions.flow import Flow
    from emulator.services.stepfunctions.mocks import TestCase

RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED = "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"
PENDING_REDRIVE = "PENDING_REDRIVE"
REDRIVABLE_STATUSES = (FAILED, TIMED_OUT, ABORTED)


@dataclass(slots=True)
class Origin:
    """What an execution was started from: kept as it was then, whatever happens to the state machine.

    ``machine_arn`` is unqualified (for the children of a Map Run ``…:M/LABEL``); ``workflow`` is the definition's, or a
    Map's item processor; ``seconds`` the longest time it may take, None without a limit.
    """

    machine_arn: str
    machine_name: str
    account: str
    region: str
    express: bool
    revision: Revision
    workflow: Workflow
    seconds: int | None
    version_arn: str | None = None
    alias_arn: str | None = None
    map_run: str | None = None
    label: str | None = None


@dataclass(slots=True, eq=False)
class Execution:
    """``input_text`` as it came, ``input`` as a value; instants in epoch seconds; ``cause`` is the trace's hop that
    started it.  ``root`` is the main line; it stays after a failure, so that a redrive can go on."""

    arn: str
    name: str
    origin: Origin
    input_text: str
    input: Any
    started: float
    cause: Cause
    history: History
    sequence: int = 0
    status: str = RUNNING
    stopped: float | None = None
    output: Any = ABSENT
    error: str | None = None
    failure_cause: str | None = None
    redrives: int = 0
    redriven: float | None = None
    item_count: int | None = None
    mocks: TestCase | None = None
    process: asyncio.Task[None] | None = None
    root: Flow | None = None
    limit: Timer | None = None
    ended: Waiters = field(default_factory=Waiters)

    @property
    def running(self) -> bool:
        return self.status == RUNNING

    @property
    def redrivable(self) -> bool:
        return self.status in REDRIVABLE_STATUSES and not self.origin.express

    @property
    def redrive_status(self) -> str:
        return "REDRIVABLE" if self.redrivable else "NOT_REDRIVABLE"

    @property
    def redrive_status_reason(self) -> str | None:
        return None if self.redrivable else f"Execution is {self.status} and cannot be redriven"
