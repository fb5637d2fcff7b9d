"""Pages of lists; a token holds where the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from emulator.services.stepfunctions import errors

T = TypeVar("T")
DEFAULT = 100
_MARK = "page:"


def page(params: dict[str, Any], items: Sequence[T]) -> tuple[Sequence[T], str | None]:
    """The page that ``maxResults`` (0: 100) and ``nextToken`` ask for, and the token of the one after it.  Raises
    InvalidToken."""
    start = read_token(params.get("nextToken"))
    size = params.get("maxResults") or DEFAULT
    end = start + size
    return items[start:end], token(end) if end < len(items) else None


def answer(params: dict[str, Any], member: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A list operation's whole answer."""
    chosen, more = page(params, items)
    return {member: list(chosen)} | ({"nextToken": more} if more is not None else {})


def token(position: int) -> str:
    return base64.b64encode(f"{_MARK}{position}".encode()).decode()


def read_token(text: str | None) -> int:
    if not text:
        return 0
    try:
        decoded = base64.b64decode(text, validate=True).decode()
    except (ValueError, binascii.Error):
        raise errors.invalid_token() from None
    position = decoded.removeprefix(_MARK)
    if position == decoded or not position.isdigit():
        raise errors.invalid_token()
    return int(position)
