"""Patterns of service models, which are Java's regular expressions, for Python's ``re``."""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import lru_cache

_PROPERTY = re.compile(r"\\p\{(\w+)\}")
# One private character stands for all non-ASCII characters of a general category.
_STAND_INS = {letter: chr(0xE000 + number) for number, letter in enumerate("LMNPSZC")}
_POSIX = {"Print": r"\x20-\x7e", "ASCII": r"\x00-\x7f", "Alpha": "a-zA-Z", "Alnum": "a-zA-Z0-9", "Digit": "0-9"}


class Pattern:
    """A compiled pattern; ``matches`` asks for the whole text, as Java's ``matches`` does."""

    __slots__ = ("_by_category", "_compiled")

    def __init__(self, source: str) -> None:
        self._by_category = _PROPERTY.search(source) is not None
        self._compiled = _compile(_translate(source))

    def matches(self, text: str) -> bool:
        if self._by_category and not text.isascii():
            text = "".join(map(_stand_in, text))
        return self._compiled.fullmatch(text) is not None


def _stand_in(character: str) -> str:
    if character.isascii():
        return character
    return _STAND_INS[unicodedata.category(character)[0]]


def _compile(source: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # Python announces set operations for "[[" and "--" that Java's patterns use as plain characters.
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(source, re.ASCII)


def _translate(source: str) -> str:
    # Surrogate pairs as Java writes characters beyond the first plane.
    source = source.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    # A hyphen after a class is a plain hyphen in Java, an error in Python.
    source = re.sub(r"(\\[wdsWDS])-(?!\])", r"\1\\-", source)
    parts: list[str] = []
    at = 0
    for found in _PROPERTY.finditer(source):
        parts.append(source[at : found.start()])
        inside = _inside_set(source, found.start())
        members = _members(found[1])
        parts.append(members if inside else f"[{members}]")
        at = found.end()
    return "".join(parts) + source[at:]


def _inside_set(source: str, position: int) -> bool:
    inside = escaped = False
    for character in source[:position]:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "[":
            inside = True
        elif character == "]":
            inside = False
    return inside


@lru_cache
def _members(name: str) -> str:
    if name in _POSIX:
        return _POSIX[name]
    ascii_members = "".join(f"\\x{code:02x}" for code in range(128) if unicodedata.category(chr(code)).startswith(name))
    # A sub-category (Zs) cannot be told from its category beyond ASCII; the category is taken.
    return ascii_members + _STAND_INS[name[0]]


@lru_cache(maxsize=1024)
def java_pattern(source: str) -> Pattern | None:
    """The pattern, or ``None`` for the few that neither Python nor this translation understands."""
    try:
        return Pattern(source)
    except (re.error, KeyError):
        return None
