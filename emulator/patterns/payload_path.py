"""The small path language of EventBridge targets: ``$``, dotted names, ``[n]`` and ``[*]``.

AWS docs, "Amazon EventBridge input transformation": names are letters, digits, ``_``, ``-`` and ``/``; quoted brackets
are refused, so names with other characters cannot be addressed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_PATH = re.compile(r"\$(?:\.[\w\-/]+|\[[0-9]{1,9}\]|\[\*\])*")
_STEP = re.compile(r"\.([\w\-/]+)|\[([0-9]+|\*)\]")

Step = str | int | None  # a name, an index, every element


class _Missing:
    """What a path finds where there is nothing; JSON's null is a value."""


MISSING = _Missing()


@lru_cache(maxsize=2048)
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path.  ValueError when it is not of this language."""
    if not _PATH.fullmatch(path):
        raise ValueError(path)
    return tuple(name or (None if index == "*" else int(index)) for name, index in _STEP.findall(path))


def value_at(path: str, document: Any) -> Any:
    """The value at ``path``, ``MISSING`` when there is none.  After a ``[*]`` it is the list of what is there."""
    return _walk(document, steps_of(path))


def _walk(value: Any, steps: tuple[Step, ...]) -> Any:
    for at, step in enumerate(steps):
        if step is None:
            if not isinstance(value, list):
                return MISSING
            found = [_walk(element, steps[at + 1 :]) for element in value]
            return [element for element in found if element is not MISSING]
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return MISSING
        elif not isinstance(value, dict) or step not in value:
            return MISSING
        value = value[step]
    return value
