"""The error of a stack description: where, what, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class StackError(Exception):
    """A stack description that cannot be used; raised before anything starts."""

    def __init__(self, origin: str, key: str, problem: str) -> None:
        super().__init__(f"{origin}: {key}: {problem}" if key else f"{origin}: {problem}")
        self.origin = origin
        self.key = key
        self.problem = problem


def nearest(wrong: str, right: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` or the list of what is allowed, as the end of a sentence."""
    names = sorted(set(right))
    folded = {name.lower().replace("_", ""): name for name in names}
    close = difflib.get_close_matches(wrong.lower().replace("_", ""), folded, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {folded[close[0]]!r}?"
    return f" Known here: {', '.join(names)}." if names else " There are none here."
