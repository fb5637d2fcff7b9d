"""What one attempt of a Task works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.asl.errors import TIMEOUT, StatesError
from emulator.asl.states import Resource
from emulator.asl.timing import TaskLimits
from emulator.core.cause import Cause
from emulator.services.stepfunctions.answers import Answer
from emulator.services.stepfunctions.flow import Flow
from emulator.services.stepfunctions.mocks import Mocked


@dataclass(slots=True)
class Attempt:
    """``arguments`` are evaluated; ``answer`` is what a token's answer goes to; ``cause`` is the attempt's own hop."""

    flow: Flow
    resource: Resource
    arguments: Any
    limits: TaskLimits
    role: Mapping[str, str] | None
    answer: Answer
    token: str | None
    number: int
    cause: Cause = field(default_factory=lambda: Cause(""))
    mock: Mocked | None = None

    @property
    def since(self) -> float:
        """The instant from which its timeout runs: evaluating its arguments took no time."""
        return self.flow.at if self.number == 1 and not self.flow.resumed else self.flow.run.clock.now()

    def times(self) -> dict[str, int]:
        """The two times as events show them, absent ones left out."""
        shown = {"timeoutInSeconds": self.limits.timeout, "heartbeatInSeconds": self.limits.heartbeat}
        return {name: seconds for name, seconds in shown.items() if seconds is not None}

    def credentials(self) -> dict[str, Any]:
        return {} if self.role is None else {"taskCredentials": dict(self.role)}


def failure_details(error: StatesError) -> dict[str, str]:
    """``error`` and ``cause`` as events show them: each only if there is one."""
    shown = {"error": error.error, "cause": error.cause}
    return {name: text for name, text in shown.items() if text is not None}


def is_timeout(error: StatesError) -> bool:
    """The emulator's own States.Timeout: functions and workers may borrow the name, but then they give a cause."""
    return error.error == TIMEOUT and error.cause is None
