"""Pages of a list: ``limit`` and an opaque ``nextToken``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.services.logs import errors


def start_of(params: Mapping[str, Any]) -> int:
    """Where the page begins; raises InvalidParameterException for a token of somebody else."""
    token = params.get("nextToken")
    if not token:
        return 0
    kind, _, number = str(token).partition("/")
    if kind != "at" or not number.isdigit():
        raise errors.invalid("The specified nextToken is invalid.")
    return int(number)


def token_at(position: int) -> str:
    return f"at/{position}"


def page(member: str, entries: Sequence[Any], params: Mapping[str, Any], largest: int) -> dict[str, Any]:
    start = start_of(params)
    end = start + min(params.get("limit") or largest, largest)
    answer: dict[str, Any] = {member: list(entries[start:end])}
    if end < len(entries):
        answer["nextToken"] = token_at(end)
    return answer
