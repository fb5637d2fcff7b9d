"""What all lines of one running execution share: its house, its history, its mocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from emulator.asl.scope import Host
from emulator.core.clock import Clock
from emulator.core.ground import Ground
from emulator.core.journal import Journal
from emulator.services.stepfunctions.context import execution_context
from emulator.services.stepfunctions.execution import Execution


class Launcher(NamedTuple):
    """How a Map sets its children going: new ones, and those that a redrive takes up again."""

    launch: Callable[[Ground, Execution], None]
    redrive: Callable[[Ground, Execution], None]


class Run:
    """``context`` is the part of the context object that stays the same."""

    __slots__ = ("context", "execution", "ground", "host", "launcher")

    def __init__(self, ground: Ground, execution: Execution, host: Host, launcher: Launcher) -> None:
        self.ground = ground
        self.execution = execution
        self.host = host
        self.launcher = launcher
        self.context = execution_context(execution)

    @property
    def clock(self) -> Clock:
        return self.ground.clock

    @property
    def journal(self) -> Journal:
        return self.ground.journal

    def write(self, kind: str, details: Mapping[str, Any] | None, previous: int) -> int:
        """Add an event to the history; gives its id."""
        return self.execution.history.add(kind, self.ground.clock.now(), details, previous)
