"""Lengths of time as people write them."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")


def parse_duration(text: str) -> float:
    """``90``, ``90s``, ``3m``, ``1h30m``, ``2d``, ``500ms`` in seconds.  Raises ValueError."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is not a duration: 90, 90s, 3m, 1h30m, 2d.")
    return sum(float(number) * _UNITS[unit or "s"] for number, unit in parts)
