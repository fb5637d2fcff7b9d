"""What a JSONata expression's text tells: which of the state machine's variables it reads, how long its ranges are."""

from __future__ import annotations

import re
from functools import lru_cache

# Strings, names in backticks, comments and regular expressions hold no variables.  A slash begins a regular
# expression where no value stands before it.
_OPAQUE = re.compile(
    r"""/\*.*?\*/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|(?<=[(,=?:\[{&~>])\s*/(?:[^/\\\n]|\\.)+/[im]*""",
    re.DOTALL,
)
_VARIABLE = re.compile(r"\$([^\W\d]\w*)(\s*:=|\s*\()?")
_PARAMETERS = re.compile(r"(?:\bfunction|λ)\s*\(([^)]*)\)")
# Functions may be passed by name: $map(a, $uppercase).
BUILT_IN = frozenset(
    "abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl "
    "decodeUrlComponent distinct "
    "each encodeUrl encodeUrlComponent error eval exists filter floor formatBase formatInteger formatNumber "
    "fromMillis hash join keys length lookup lowercase map match max merge millis min not now number pad parse "
    "parseInteger partition power random range reduce replace reverse round shuffle sift single sort split spread sqrt "
    "string substring substringAfter substringBefore sum toMillis trim type uppercase uuid zip".split()
)


_RANGE = re.compile(r"\[\s*(\d{1,18})\s*\.\.\s*(\d{1,18})\s*\]")


@lru_cache(maxsize=2048)
def longest_range(expression: str) -> int:
    """How many numbers the longest ``[1..n]`` has; those whose ends are computed do not count."""
    if ".." not in expression:
        return 0
    ends = _RANGE.findall(_OPAQUE.sub(" ' ' ", expression))
    return max((int(last) - int(first) + 1 for first, last in ends), default=0)


@lru_cache(maxsize=2048)
def variables_of(expression: str) -> frozenset[str]:
    """Names read with ``$name`` that the expression does not bind itself; ``$states`` is no variable."""
    text = _OPAQUE.sub(" ' ' ", expression)
    bound = {name for name, sign in _VARIABLE.findall(text) if sign.strip() == ":="}
    for parameters in _PARAMETERS.findall(text):
        bound.update(name for name, _ in _VARIABLE.findall(parameters))
    read = {name for name, sign in _VARIABLE.findall(text) if not sign}
    return frozenset(read - bound - BUILT_IN - {"states"})
