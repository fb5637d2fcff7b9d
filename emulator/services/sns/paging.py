"""Pages of 100 in the order of creation; a NextToken survives changes of the list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from emulator.services.sns.errors import invalid

SIZE = 100


class Listed(Protocol):
    @property
    def serial(self) -> int: ...


L = TypeVar("L", bound=Listed)


def page(items: Iterable[L], token: str | None) -> tuple[list[L], dict[str, Any]]:
    """The items of one page, and ``{"NextToken": …}`` or nothing on the last.  InvalidParameter for a foreign token."""
    after = _read(token) if token else 0
    rest = sorted((item for item in items if item.serial > after), key=lambda item: item.serial)
    here = rest[:SIZE]
    return here, {"NextToken": _token(here[-1].serial)} if len(rest) > SIZE else {}


def _token(serial: int) -> str:
    return base64.b64encode(f"after:{serial}".encode()).decode()


def _read(token: str) -> int:
    try:
        word, _, serial = base64.b64decode(token, validate=True).decode().partition(":")
        if word == "after" and serial.isdecimal():
            return int(serial)
    except (binascii.Error, ValueError):
        pass
    raise invalid("NextToken")
