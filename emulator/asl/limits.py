"""Sizes that AWS refuses.  AWS docs, "Service quotas"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.asl.errors import DATA_LIMIT_EXCEEDED, RUNTIME, StatesError
from emulator.core.jsontext import MAX_DEPTH, NestedTooDeeplyError, compact, shallow

DATA_BYTES = 262_144
VARIABLES_BYTES = 10 * 1024 * 1024


def size(value: Any) -> int:
    """Bytes of UTF-8 that ``value`` takes as compact JSON; StatesError when nobody could read that again."""
    try:
        text = compact(value)
        shallow(value, text)
    except (NestedTooDeeplyError, RecursionError):
        raise StatesError(RUNTIME, f"The data is nested deeper than {MAX_DEPTH} levels.") from None
    return len(text.encode("utf-8", "surrogatepass"))


def check_size(value: Any, name: str) -> None:
    """StatesError when ``value`` is over 262,144 bytes; ``name``: the state, ``lambda``, or the function's ARN."""
    if size(value) > DATA_BYTES:
        raise data_limit_exceeded(name)


def check_assigned(values: Mapping[str, Any]) -> None:
    """StatesError when one Assign holds more than 256 KiB together."""
    if values and size(values) > DATA_BYTES:
        raise StatesError(
            DATA_LIMIT_EXCEEDED,
            "The variables assigned by the state have a size exceeding the maximum number of bytes service limit.",
        )


def check_variables(variables: Mapping[str, Any]) -> None:
    """StatesError when all variables of an execution hold more than 10 MiB together."""
    if sum(map(size, variables.values())) > VARIABLES_BYTES:
        raise StatesError(
            DATA_LIMIT_EXCEEDED,
            "The variables of the execution have a size exceeding the maximum number of bytes service limit.",
        )


def data_limit_exceeded(name: str) -> StatesError:
    return StatesError(
        DATA_LIMIT_EXCEEDED,
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
    )
