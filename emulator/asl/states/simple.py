"""Pass, Wait, Succeed, Fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from emulator.asl.paths import Path
from emulator.asl.scope import ABSENT, Value
from emulator.asl.states.base import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass(State):
    """``result`` is literal, ABSENT without one: keys ending in ``.$`` stay as they are (recorded from AWS)."""

    type: ClassVar[str] = "Pass"

    arguments: Value | None = None
    result: Any = ABSENT
    result_path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(State):
    """Exactly one of the two is set; see ``emulator.asl.timing.wake_at``."""

    type: ClassVar[str] = "Wait"

    seconds: Value | None = None
    timestamp: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeed(State):
    type: ClassVar[str] = "Succeed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(State):
    """See ``emulator.asl.dataflow.failure``."""

    type: ClassVar[str] = "Fail"

    error: Value | None = None
    cause: Value | None = None
