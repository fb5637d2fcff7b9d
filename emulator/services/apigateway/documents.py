"""Reading JSON that strangers wrote."""

from __future__ import annotations

from typing import Any

from emulator.core import jsontext


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; raises ValueError for everything that is none, or is nested absurdly deep."""
    return jsontext.parse(text)
