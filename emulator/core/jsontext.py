"""JSON as AWS writes it: compact, UTF-8, key order kept; and JSON that strangers wrote, nested only so deep."""

from __future__ import annotations

import json
from typing import Any

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)  # kept: making one costs more than using it
_decode = json.JSONDecoder().raw_decode
_BLANKS = " \t\n\r"
_CONTAINERS = (dict, list)
MAX_DEPTH = 256
"""How deep lists and objects may lie in each other.  AWS states no limit; Python's own depends on its version and on
who calls, and whatever is read here must fit into the walks of everybody who works with it."""


class NestedTooDeeplyError(ValueError):
    """A JSON text is nested deeper than ``MAX_DEPTH``."""

    def __init__(self) -> None:
        super().__init__(f"nested deeper than {MAX_DEPTH} levels")


def compact(value: Any) -> str:
    """``value`` as JSON text without blanks, non-ASCII characters kept."""
    return _ENCODER.encode(value)


def parse(text: str | bytes) -> Any:
    """The value of a JSON text, NaN and Infinity included, half characters made whole.

    Raises ValueError: json.JSONDecodeError or UnicodeDecodeError for what is no JSON, NestedTooDeeplyError.
    """
    if not isinstance(text, str):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    try:
        value = shallow(_read(text), text)
    except RecursionError:
        raise NestedTooDeeplyError from None
    return whole_characters(value) if "\\ud" in text or "\\uD" in text else value


def parse_standard(text: str | bytes) -> Any:
    """The same without JavaScript's NaN and Infinity, which are no JSON; raises ValueError for them, too."""
    value = parse(text)
    if not isinstance(text, str):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    if "NaN" in text or "Infinity" in text:
        json.loads(text, parse_constant=_refuse)
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _read(text: str) -> Any:
    """What ``json.loads`` gives, without what it does beside reading: half its time for short texts."""
    try:
        value, end = _decode(text)
        if end == len(text) or not text[end:].strip(_BLANKS):
            return value
    except ValueError:
        pass  # blanks before it, or no JSON
    return json.loads(text)


def whole_characters(value: Any) -> Any:
    """``value`` without half characters (JSON can spell them, nothing can encode them): each becomes U+FFFD."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole_characters(item) for item in value]
    if isinstance(value, dict):
        return {whole_characters(name): whole_characters(item) for name, item in value.items()}
    return value


def shallow(value: Any, text: str) -> Any:
    """``value``, which was read from ``text``; raises NestedTooDeeplyError."""
    if len(text) > 2 * MAX_DEPTH:
        opened = text.count("[") + text.count("{")
        if opened > MAX_DEPTH and _is_deep(value, opened):
            raise NestedTooDeeplyError
    return value


def _is_deep(value: Any, opened: int) -> bool:
    """Level by level, until the brackets that are left are too few to lead any deeper."""
    level = [value] if isinstance(value, _CONTAINERS) else []
    depth = 0
    while level:
        depth += 1
        opened -= len(level)
        if depth + opened <= MAX_DEPTH:
            return False
        if depth > MAX_DEPTH:
            return True
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, _CONTAINERS)
        ]
    return False
