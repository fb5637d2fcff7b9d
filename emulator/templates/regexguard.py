"""A regular expression that would run for ever must not stop the emulator: Python's ``re`` cannot be interrupted.

Most patterns are cheap whatever the text is, and their form shows it.  Of the others it is tried in another process
whether they come to an end.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

from emulator.templates.errors import Meter, TemplateError

PATIENCE = 2.0
"""Real seconds.  API Gateway gives a request 29, in which it does nothing but this."""
_CHEAP = 10**8
"""Steps of ``re`` that take about a second."""
_MANY = 10
"""Repetitions that count as any number of them."""
_SHORT = 20
"""Choices (also: characters) of which all combinations can be tried."""
_TRIAL_WORK = 50_000
"""What a trial takes of a template's work, so that there cannot be many in one."""
_TRIAL = """
import json, re, sys
pattern, flags, text, whole = json.load(sys.stdin)
pattern = re.compile(pattern, flags)
pattern.fullmatch(text) if whole else sum(1 for _ in pattern.finditer(text))
"""


def check_cost(pattern: re.Pattern[str], text: str, meter: Meter | None, *, whole: bool) -> None:
    """Raises TemplateError if matching the ``whole`` text, or finding every match, would take too long."""
    if _is_cheap(pattern, len(text), whole) or not sys.executable:
        return
    if meter is not None:
        meter.charge(_TRIAL_WORK)
    given = json.dumps([pattern.pattern, pattern.flags, text, whole])
    command = [sys.executable, "-I", "-S", "-c", _TRIAL]
    try:
        subprocess.run(command, input=given.encode(), timeout=PATIENCE, check=False, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise TemplateError(f"the regular expression {pattern.pattern[:100]!r} takes too long") from None
    except OSError:  # no process to be had: as if there were no guard
        return


def _is_cheap(pattern: re.Pattern[str], length: int, whole: bool) -> bool:
    loops, choices, nested = _form(pattern.pattern, pattern.flags)
    if choices > _SHORT or (nested and length > _SHORT):
        return False
    return loops == 0 or (length + 1) ** (loops + (not whole)) <= _CHEAP


@lru_cache(maxsize=256)
def _form(pattern: str, flags: int) -> tuple[int, int, bool]:
    """How many loops there are, how many optional parts, and whether a loop's round can go in several ways."""
    loops = choices = 0
    nested = False
    for least, most, inner in _repetitions(import_module("re._parser").parse(pattern, flags)):
        if most - least >= _MANY:
            loops += 1
        elif most > least:
            choices += 1
        nested = nested or (most >= _MANY and _goes_several_ways(inner))
    return loops, choices, nested


def _goes_several_ways(part: Any) -> bool:
    return any(most > least for least, most, _ in _repetitions(part)) or any(
        str(code) == "BRANCH" for code, _ in _pieces(part)
    )


def _repetitions(parsed: Any) -> Iterator[tuple[int, int, Any]]:
    for code, value in _pieces(parsed):
        if str(code) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield int(value[0]), int(value[1]), value[2]


def _pieces(parsed: Any) -> Iterator[tuple[Any, Any]]:
    """Every part of a parsed pattern at any depth, as ``re`` itself takes it apart."""
    for code, value in parsed:
        yield code, value
        for child in value if isinstance(value, tuple | list) else (value,):
            if isinstance(child, type(parsed)):
                yield from _pieces(child)
            elif isinstance(child, list):
                for one in child:
                    if isinstance(one, type(parsed)):
                        yield from _pieces(one)
