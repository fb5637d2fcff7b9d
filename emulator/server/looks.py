"""Which requests only look: what a client that waits for something asks again and again."""

from __future__ import annotations

import re
from collections.abc import Mapping

_READING = ("Describe", "Get", "List", "Head")
"""How the names of AWS's operations begin that change nothing."""
_RPC = re.compile(r"/operation/(\w+)$")


def only_looks(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether an SDK asks for something and changes nothing: time need not wait for what it may do next.

    A client of an API of one's own is always at work, and so is one that speaks the Query protocol, whose operations
    stand in the body.
    """
    named = headers.get("x-amz-target", "").rpartition(".")[2]
    if not named and (rpc := _RPC.search(path)):
        named = rpc[1]
    return named.startswith(_READING) if named else method in ("GET", "HEAD") and "authorization" in headers
