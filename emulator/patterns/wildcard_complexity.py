"""How many places of a field's wildcard patterns can be live at once.

AWS refuses patterns above a limit that its documentation does not tell; 10 agrees with what was recorded (7 accepted,
11 refused).  The patterns run side by side as one non-deterministic automaton: one bit per place, so that reading a
character is two bit operations.  Patterns are read with their quotes, as AWS's library stores strings.
"""

from __future__ import annotations

from collections.abc import Iterable

from emulator.patterns.wildcard import Segments

LIMIT = 10


class _Automaton:
    """Bits: one per place between characters; a star has two, the place before it and the place that loops on it."""

    def __init__(self) -> None:
        self.size = 0
        self.start = 0
        self.before_star = 0
        self.looping = 0
        self.reads: dict[str, int] = {}  # character -> places from which it leads on

    def add(self, segments: Segments) -> None:
        self.start |= 1 << self.size
        last = len(segments) - 1
        for number, segment in enumerate(segments):
            text = ('"' if number == 0 else "") + segment + ('"' if number == last else "")
            for char in text:
                self.reads[char] = self.reads.get(char, 0) | 1 << self.size
                self.size += 1
            if number < last:
                self.before_star |= 1 << self.size
                self.looping |= 1 << (self.size + 1)
                self.size += 1
        self.size += 1

    def after(self, live: int, char: str | None) -> int:
        """The live places after one more character; None stands for a character that no pattern names."""
        moved = (live & self.reads[char]) << 1 if char is not None else 0
        moved |= live & self.looping
        return moved | (moved & self.before_star) << 1


def complexity(patterns: Iterable[Segments], limit: int = LIMIT) -> int:
    """The largest number of live places after any text; the search stops as soon as it exceeds ``limit``."""
    automaton = _Automaton()
    for segments in patterns:
        automaton.add(segments)
    most = 0
    seen = {automaton.start}
    waiting = [automaton.start]
    while waiting and most <= limit:
        live = waiting.pop()
        leading: list[str | None] = [char for char, places in automaton.reads.items() if places & live]
        for char in (*leading, None):
            follower = automaton.after(live, char)
            if follower not in seen:
                seen.add(follower)
                waiting.append(follower)
                most = max(most, follower.bit_count())
    return most


def is_too_complex(patterns: Iterable[Segments]) -> bool:
    return complexity(patterns) > LIMIT
