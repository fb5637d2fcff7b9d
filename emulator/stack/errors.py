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


def nearest(wrong: str, right: Iterable[str], listed: Iterable[str] | None = None) -> str:
    """`` Did you mean 'x'?`` or the list of what is allowed (``listed``, if not all), as the end of a sentence."""
    names = sorted(set(right))
    # Of two spellings of one name, the one in the style that was written.
    alike = sorted(names, key=lambda name: name[:1].islower() == wrong[:1].islower())
    plain = {_plain(name): name for name in alike}
    close = difflib.get_close_matches(_plain(wrong), plain, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {plain[close[0]]!r}?"
    shown = names if listed is None else sorted(set(listed))
    return f" Known here: {', '.join(shown)}." if shown else " There are none here."


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
