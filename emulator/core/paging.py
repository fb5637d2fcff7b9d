"""Pages of a list of names: ``Limit`` and an opaque ``NextToken`` that survives changes of the list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.core.errors import AwsError

LARGEST_PAGE = 100


def page(names: Iterable[str], params: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """The names of one page in ascending order, and ``{"NextToken": …}`` or nothing on the last page.

    Raises ValidationException for a token that was not given out here.
    """
    after = _read_token(params["NextToken"]) if params.get("NextToken") else ""
    rest = sorted(name for name in names if name > after)
    limit = params.get("Limit") or LARGEST_PAGE
    here = rest[:limit]
    return here, {"NextToken": _token(here[-1])} if len(rest) > limit else {}


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(f"after:{name}".encode()).decode()


def _read_token(token: str) -> str:
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith("after:"):
        raise AwsError("ValidationException", "Parameter NextToken is not valid.")
    return text[len("after:") :]
