"""How long a state may wait: Wait states, timeouts and heartbeats of Tasks."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.asl.dataflow import Visit


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """Seconds; None where the definition gives none (AWS: 99,999,999 and no heartbeat)."""

    timeout: int | None
    heartbeat: int | None


def wake_at(visit: Visit, now: float) -> float:
    """The instant at which a Wait state goes on; ``now`` (the state was entered) or before: at once."""
    raise NotImplementedError


def task_limits(visit: Visit) -> TaskLimits:
    """A Task's two times for this attempt.  Raises StatesError."""
    raise NotImplementedError


def credentials(visit: Visit) -> dict[str, str] | None:
    """A Task's evaluated Credentials as history's ``taskCredentials``: ``{"roleArn": ...}``."""
    raise NotImplementedError
