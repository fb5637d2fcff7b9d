"""JSON as AWS writes it: compact, UTF-8, key order kept."""

from __future__ import annotations

import json
from typing import Any


def compact(value: Any) -> str:
    """``value`` as JSON text without blanks, non-ASCII characters kept."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
