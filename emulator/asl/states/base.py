"""What every state has, and what the states that do work (Task, Parallel, Map) have besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from emulator.asl.paths import Path
from emulator.asl.scope import Literal, Value

JSONPATH = "JSONPath"
JSONATA = "JSONata"

# ``"InputPath": null`` means an empty object.
NOTHING = Literal({})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """``next`` is None in a state that ends its workflow (and in Choice).  ``output`` is JSONata's, the paths are
    JSONPath's; a path that is null in the definition is the literal ``{}``.  ``assign`` gives a dict of new values."""

    type: ClassVar[str] = ""

    name: str
    query_language: str = JSONPATH
    comment: str | None = None
    next: str | None = None
    input_path: Value | None = None
    output_path: Value | None = None
    output: Value | None = None
    assign: Value | None = None

    @property
    def jsonata(self) -> bool:
        return self.query_language == JSONATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrier:
    """Numbers in seconds and attempts; ``max_delay_seconds`` None means no cap.  ``jitter``: FULL or NONE."""

    error_equals: tuple[str, ...]
    interval_seconds: int = 1
    max_attempts: int = 3
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter: str = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catcher:
    """``result_path`` None (JSON null) throws the error output away; ``output`` is JSONata's."""

    error_equals: tuple[str, ...]
    next: str
    result_path: Path | None
    output: Value | None = None
    assign: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkState(State):
    """``arguments`` is Parameters in a JSONPath state, Arguments in a JSONata state (ItemSelector is a Map's own)."""

    arguments: Value | None = None
    result_selector: Value | None = None
    result_path: Path | None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
