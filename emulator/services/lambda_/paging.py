"""Pages of a list: ``MaxItems`` and an opaque ``Marker``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.services.lambda_ import errors


def page(member: str, entries: Sequence[Any], params: Mapping[str, Any], largest: int) -> dict[str, Any]:
    """``{member: entries of this page, "NextMarker": …}``; raises InvalidParameterValueException for a bad marker."""
    start = _read(params["Marker"]) if params.get("Marker") else 0
    end = start + min(params.get("MaxItems") or largest, largest)
    answer: dict[str, Any] = {member: list(entries[start:end])}
    if end < len(entries):
        answer["NextMarker"] = base64.urlsafe_b64encode(f"from:{end}".encode()).decode()
    return answer


def _read(marker: str) -> int:
    try:
        kind, _, number = base64.urlsafe_b64decode(marker.encode()).decode().partition(":")
        if kind == "from" and number.isdecimal() and len(number) < 19:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise errors.invalid_value("The Marker is not valid.")
