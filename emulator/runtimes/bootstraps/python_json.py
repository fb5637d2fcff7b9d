"""JSON as AWS's Python runtime writes it: ``", "`` and ``": "`` separators, and values the standard library refuses.

AWS's client encodes with simplejson: Decimal is a number, a named tuple is an object, bytes inside a result are UTF-8
text.  Results made of plain values take the standard library's C encoder; the rest goes through `_write`, whose output
is the same (checked against AWS's client in the tests).
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator
from typing import Any

_PLAIN = frozenset({str, int, float, bool, type(None)})
_PREFIX = "AWS_Lambda_python"


def keeps_unicode(execution_environment: str | None) -> bool:
    """python3.12 and later write non-ASCII text as it is, earlier runtimes escape it (AWS's Python client)."""
    if not execution_environment or not execution_environment.startswith(_PREFIX):
        return False
    major, _, minor = execution_environment[len(_PREFIX) :].partition(".")
    return (major, minor.isdigit() and int(minor) >= 12) == ("3", True)


def dumps(value: Any) -> str:
    """``value`` as JSON text; raises what AWS's encoder raises (TypeError, ValueError, UnicodeDecodeError, ...)."""
    ascii_only = not keeps_unicode(os.environ.get("AWS_EXECUTION_ENV"))
    if _is_plain(value):
        return json.dumps(value, ensure_ascii=ascii_only)
    quote = json.encoder.encode_basestring_ascii if ascii_only else json.encoder.encode_basestring
    return "".join(_Writer(quote).write(value))


def _is_plain(value: Any) -> bool:
    """Whether the standard encoder writes ``value`` as AWS would (cycles count as plain: it refuses them too)."""
    waiting, seen = [value], set()
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind in _PLAIN:
            continue
        if kind is not dict and kind is not list and kind is not tuple:
            return False
        if id(item) in seen:
            continue
        seen.add(id(item))
        if kind is dict:
            if not all(type(key) is str for key in item):
                return False
            waiting.extend(item.values())
        else:
            waiting.extend(item)
    return True


class _Writer:
    def __init__(self, quote: Any) -> None:
        self._quote = quote
        self._open: set[int] = set()

    def write(self, value: Any) -> Iterator[str]:
        text = self._scalar(value)
        if text is not None:
            yield text
        elif isinstance(value, dict):
            yield from self._nested(value, value)
        elif isinstance(value, list | tuple):
            as_dict = getattr(value, "_asdict", None)
            yield from self._nested(value, as_dict() if callable(as_dict) else value)
        else:
            raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    def _scalar(self, value: Any) -> str | None:
        if isinstance(value, str):
            return str(self._quote(value))
        if isinstance(value, bytes):
            return str(self._quote(value.decode("utf-8")))
        if value is None or value is True or value is False:
            return {None: "null", True: "true", False: "false"}[value]
        if isinstance(value, int):
            return int.__repr__(value)
        if isinstance(value, float):
            return _float(value)
        # Only a process that imported decimal can return a Decimal: do not import it for everybody.
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(value, decimal.Decimal):
            return "NaN" if value.is_nan() else str(value)
        return None

    def _nested(self, owner: Any, content: Any) -> Iterator[str]:
        if id(owner) in self._open:
            raise ValueError("Circular reference detected")
        self._open.add(id(owner))
        yield from self._object(content) if isinstance(content, dict) else self._array(content)
        self._open.discard(id(owner))

    def _object(self, content: dict[Any, Any]) -> Iterator[str]:
        separator = "{"
        for key, value in content.items():
            yield separator + str(self._quote(_key(key))) + ": "
            yield from self.write(value)
            separator = ", "
        yield "}" if content else "{}"

    def _array(self, content: Any) -> Iterator[str]:
        separator = "["
        for value in content:
            yield separator
            yield from self.write(value)
            separator = ", "
        yield "]" if content else "[]"


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if key is None or key is True or key is False:
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int):
        return int.__repr__(key)
    if isinstance(key, float):
        return _float(key)
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


def _float(value: float) -> str:
    if math.isfinite(value):
        return float.__repr__(value)
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
