"""JSON as AWS writes it: compact, UTF-8, key order kept."""

from __future__ import annotations

import json
from typing import Any

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)  # kept: making one costs more than using it


def compact(value: Any) -> str:
    """``value`` as JSON text without blanks, non-ASCII characters kept."""
    return _ENCODER.encode(value)
