"""Event patterns: compiled once, matched often.

AWS docs, "Amazon EventBridge event patterns" and "Comparison operators for use in event patterns"; messages and
fine points recorded from AWS or taken from AWS's published matching library (event-ruler).
"""

from __future__ import annotations

from typing import Any

from emulator.core.jsontext import compact
from emulator.patterns.branch_match import Fields, branch_matches
from emulator.patterns.exact_numbers import parse_event
from emulator.patterns.flat_event import FlatEvent
from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.patterns.pattern_reader import read_pattern

__all__ = ["EventPattern", "InvalidPattern", "compile_parsed", "compile_pattern", "parse_event"]


class EventPattern:
    """A compiled pattern.  ``branches`` are alternatives; each is a tuple of fields sorted by path."""

    __slots__ = ("branches", "text")

    def __init__(self, text: str, branches: tuple[Fields, ...]) -> None:
        self.text = text
        self.branches = branches

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether the event (plain JSON values; ``parse_event`` keeps number texts exact) matches."""
        return self.matches_flat(FlatEvent(event))

    def matches_flat(self, event: FlatEvent) -> bool:
        """As ``matches``, for an event that several patterns look at."""
        return any(branch_matches(branch, event) for branch in self.branches)

    def __repr__(self) -> str:
        return f"EventPattern({self.text!r})"


def compile_pattern(text: str) -> EventPattern:
    """Compile a pattern's JSON text.

    Raises ``InvalidPattern`` with AWS's reason for the first problem in document order.
    """
    branches = read_pattern(text)
    return EventPattern(text, tuple(tuple(branch[path] for path in sorted(branch)) for branch in branches))


def compile_parsed(pattern: Any) -> EventPattern:
    """Compile a pattern that came as parsed JSON (templates, stack files).  Raises ``InvalidPattern``."""
    return compile_pattern(compact(pattern))
