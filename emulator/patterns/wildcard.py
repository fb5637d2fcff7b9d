r"""Wildcard patterns: ``*`` is any run of characters, ``\*`` and ``\\`` are the characters themselves."""

from __future__ import annotations

from collections.abc import Callable

from emulator.patterns.invalid_pattern import InvalidPattern

Segments = tuple[str, ...]


def segments_of(text: str) -> Segments:
    """The literal texts between the stars: ``a*b`` -> ``("a", "b")``, no star -> one segment.

    Raises ``InvalidPattern`` with positions as AWS counts them: bytes of UTF-8, the opening quote included.
    """
    segments: list[str] = []
    current: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            if text[at + 1 : at + 2] not in ("*", "\\"):
                raise InvalidPattern(f"Invalid escape character at pos {_position(text, at)}")
            at += 1
            current.append(text[at])
        elif char == "*":
            if text[at + 1 : at + 2] == "*":
                raise InvalidPattern(f"Consecutive wildcard characters at pos {_position(text, at)}")
            segments.append("".join(current))
            current.clear()
        else:
            current.append(char)
        at += 1
    segments.append("".join(current))
    return tuple(segments)


def _position(text: str, at: int) -> int:
    return len(text[:at].encode("utf-8", "surrogatepass")) + 1


def fits(segments: Segments) -> Callable[[object], bool]:
    """Accepts string leaves that the wildcard describes; linear in the text for each segment, no backtracking."""
    if len(segments) == 1:
        return lambda value: value == segments[0]
    first, *middle, last = segments
    shortest = len(first) + len(last)

    def accept(value: object) -> bool:
        if not isinstance(value, str) or len(value) < shortest:
            return False
        if not value.startswith(first) or not value.endswith(last):
            return False
        start, end = len(first), len(value) - len(last)
        for segment in middle:
            found = value.find(segment, start, end)
            if found < 0:
                return False
            start = found + len(segment)
        return True

    return accept
