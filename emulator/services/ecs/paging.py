"""Pages of a list of ARNs or names; a token survives changes of the list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.services.ecs import errors

MOST = 100


def page(member: str, items: Sequence[str], params: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a list operation.  Raises InvalidParameterException for a token or a size of nobody's."""
    size = params.get("maxResults")
    if size is not None and not 1 <= size <= MOST:
        raise errors.invalid(f"maxResults must be between 1 and {MOST}.")
    end = _start(items, params.get("nextToken")) + (size or MOST)
    answer: dict[str, Any] = {member: list(items[end - (size or MOST) : end])}
    if end < len(items):
        answer["nextToken"] = base64.b64encode(f"{end}:{items[end]}".encode()).decode()
    return answer


def _start(items: Sequence[str], token: str | None) -> int:
    """Where the item is that the token names; where it was, if it is gone."""
    if not token:
        return 0
    try:
        position, _, item = base64.b64decode(token, validate=True).decode().partition(":")
        return items.index(item) if item in items else min(int(position), len(items))
    except (binascii.Error, ValueError):
        raise errors.invalid("Invalid token.") from None
