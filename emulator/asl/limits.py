"""Sizes that AWS refuses.  AWS docs, "Service quotas"."""

from __future__ import annotations

from typing import Any

from emulator.asl.errors import DATA_LIMIT_EXCEEDED, StatesError
from emulator.core.jsontext import compact

DATA_BYTES = 262_144


def size(value: Any) -> int:
    """Bytes of UTF-8 that ``value`` takes as compact JSON."""
    return len(compact(value).encode("utf-8", "surrogatepass"))


def check_size(value: Any, name: str) -> None:
    """StatesError when ``value`` is over 262,144 bytes; ``name``: the state, ``lambda``, or the function's ARN."""
    if size(value) > DATA_BYTES:
        raise data_limit_exceeded(name)


def data_limit_exceeded(name: str) -> StatesError:
    return StatesError(
        DATA_LIMIT_EXCEEDED,
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
    )
