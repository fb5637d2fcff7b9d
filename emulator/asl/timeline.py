"""An execution as lines for people: when each state was entered, how long it took, what went wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from emulator.asl.story import Branch, Visit

SHOWN = 5
"""Branches or items of a Parallel or a Map that are told of, unless all are wanted."""


class Line(NamedTuple):
    """``at`` is an instant; ``took`` seconds, None where nothing took time; ``failed`` marks what went wrong."""

    at: float
    depth: int
    text: str
    took: float | None = None
    data: str = ""
    failed: bool = False


def timeline(story: Branch, everything: bool = False) -> Iterator[Line]:
    """The lines of an execution, branch by branch."""
    yield from _branch(story, 0, everything)


def _branch(branch: Branch, depth: int, everything: bool) -> Iterator[Line]:
    for visit in branch.visits:
        yield from _visit(visit, depth, everything)


def _visit(visit: Visit, depth: int, everything: bool) -> Iterator[Line]:
    took = None if visit.left is None else visit.left - visit.entered
    tries = f"  {visit.attempts} attempts" if visit.attempts > 1 else ""
    data = " → ".join(text for text in (visit.input, visit.output) if text is not None)
    yield Line(visit.entered, depth, f"{visit.name}  {visit.kind}{tries}", took, data, visit.failed)
    for at, error in visit.errors:
        yield Line(at, depth + 1, f"✕ {error}", failed=True)
    shown = visit.branches if everything else visit.branches[:SHOWN]
    for branch in shown:
        if branch.visits:
            yield Line(branch.visits[0].entered, depth + 1, branch.title)
            yield from _branch(branch, depth + 2, everything)
    if len(shown) < len(visit.branches):
        rest = len(visit.branches) - len(shown)
        yield Line(visit.entered, depth + 1, f"… {rest} more (--all shows them)")
