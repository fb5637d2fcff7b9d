"""Recursive loops (AWS docs, "Use Lambda recursive loop detection to prevent infinite loops").

Off unless the setting ``recursion_detection`` is on.  AWS counts in the trace header's lineage; here the journal knows
which invocation led to which, so the count is read from it.  What comes by EventBridge or a stream starts anew, as on
AWS, where those hops carry no lineage.
"""

from __future__ import annotations

import hashlib
import logging

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.journal import Hop
from emulator.services.lambda_.function import Function

log = logging.getLogger("emulator.lambda")

LIMIT = 16
"""About 16 on AWS."""
UNCOUNTED = frozenset({"event", "match", "stream"})
"""Hops behind which nothing is counted."""
_TEXT = (
    "Lambda has detected your function being invoked in a recursive loop with other AWS resources and stopped your "
    "function's invocation."
)


def check(ground: Ground, function: Function, request_id: str, cause: Cause) -> None:
    """Raises RecursiveInvocationException when the chain behind ``cause`` went through the function 16 times."""
    if not ground.settings.recursion_detection or function.recursive_loop == "Allow":
        return
    count = passes(ground.journal.of(cause.trace), cause.parent, function.arn(), request_id)
    if count >= LIMIT:
        log.warning("recursive loop: %s came up %d times in trace %s and is stopped", function.name, count, cause.trace)
        what = f"recursive loop: {count} passes"
        ground.journal.note("warning", function.arn(), function.arn(), cause, "RecursiveInvocation", what=what)
        raise AwsError("RecursiveInvocationException", _TEXT)


def passes(hops: list[Hop], parent: str, arn: str, request_id: str) -> int:
    """How many invocations of a function (by request id: retries are one) lie between ``parent`` and the beginning."""
    known = {hop.id: hop for hop in hops}
    met: set[str] = set()
    hop = known.get(parent)
    while hop is not None and hop.kind not in UNCOUNTED:
        if hop.kind == "invoke" and (hop.target == arn or hop.target.startswith(f"{arn}:")):
            met.add(str(hop.detail.get("request_id", hop.id)))
        hop = known.get(hop.parent)
    return len(met - {request_id})


def lineage(ground: Ground, function: Function, request_id: str, cause: Cause) -> str:
    """What the handler's trace header shows: eight hex digits for the function, and the passes up to this one."""
    if not ground.settings.recursion_detection:
        return cause.lineage
    count = passes(ground.journal.of(cause.trace), cause.parent, function.arn(), request_id)
    return f"{hashlib.sha256(function.arn().encode()).hexdigest()[:8]}:{count + 1}"
