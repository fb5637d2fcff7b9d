"""AWS Step Functions as the house sees it."""

from __future__ import annotations

from emulator.core.ground import Ground, Service
from emulator.services.stepfunctions.adapter import adapter
from emulator.services.stepfunctions.api import (
    aliases,
    executions,
    machines,
    map_runs,
    tagging,
    tasks,
    testing,
    validating,
    versions,
)
from emulator.services.stepfunctions.store import StepFunctionsStore


def _join(ground: Ground) -> None:
    ground.courier.register_target("states", adapter(ground))


def _end(ground: Ground) -> None:
    """Before everything is forgotten: polls end; executions end with the processes."""
    for _, _, store in ground.cloud.stores(StepFunctionsStore):
        for execution in store.executions.values():
            execution.history.close()
        for activity in list(store.activities.values()):
            activity.polls.wake_all()
        store.activities.clear()


SERVICE = Service(
    name="stepfunctions",
    api=(machines, versions, aliases, executions, map_runs, tasks, tagging, testing, validating),
    join=_join,
    on_reset=_end,
    long_polls=frozenset({"GetActivityTask"}),
)
