"""Comparing texts without regard to case, the way AWS's matching library does.

Each character of the *pattern* stands for its lower and its upper case form (full Unicode mapping, possibly several
characters); characters outside the basic plane stand for themselves.  So ``straße`` accepts ``STRASSE``, but
``STRASSE`` does not accept ``straße``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Accept = Callable[[object], bool]


def equals(text: str) -> Accept:
    """Accepts string leaves that equal ``text`` in any case."""
    if text.isascii():
        lower = text.lower()
        return lambda value: isinstance(value, str) and value.isascii() and value.lower() == lower
    form = re.compile(_either_case(text))
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def starts(text: str) -> Accept:
    """Accepts string leaves that start with ``text`` in any case."""
    form = re.compile(_either_case(text))
    return lambda value: isinstance(value, str) and form.match(value) is not None


def ends(text: str) -> Accept:
    """Accepts string leaves that end with ``text`` in any case."""
    form = re.compile(_either_case(text) + r"\Z")
    return lambda value: isinstance(value, str) and form.search(value) is not None


def _either_case(text: str) -> str:
    return "".join(_forms(char) for char in text)


def _forms(char: str) -> str:
    if ord(char) > 0xFFFF:
        return re.escape(char)
    lower, upper = char.lower(), char.upper()
    return re.escape(lower) if lower == upper else f"(?:{re.escape(lower)}|{re.escape(upper)})"
