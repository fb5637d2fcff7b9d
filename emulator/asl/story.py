"""What an execution's history tells: states in the order of each branch, with their attempts, errors and times.

Pure: reads events as GetExecutionHistory answers them, with ``timestamp`` in epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Event = Mapping[str, Any]


@dataclass(slots=True)
class Visit:
    """One stay in a state.  ``branches`` are those of a Parallel or the iterations of a Map; ``left`` is None while
    the state has not been left (or was not, because the execution ended in it)."""

    name: str
    kind: str
    entered: float
    input: str | None
    left: float | None = None
    output: str | None = None
    attempts: int = 0
    errors: list[tuple[float, str]] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether it was never left because of an error."""
        return self.left is None and (bool(self.errors) or self.kind == "Fail")


@dataclass(slots=True)
class Branch:
    """Visits one after the other.  ``title`` is ``item 3`` or ``branch 1``; ``""`` for the main line."""

    title: str
    visits: list[Visit] = field(default_factory=list)

    def walk(self) -> Iterator[Branch]:
        """This branch and all below it."""
        yield self
        for visit in self.visits:
            for branch in visit.branches:
                yield from branch.walk()


_OPENING = ("ParallelStateStarted", "MapStateStarted")
_CLOSING = tuple(f"{kind}State{end}" for kind in ("Parallel", "Map") for end in ("Succeeded", "Failed", "Aborted"))
_ERRORS = ("Failed", "TimedOut", "Aborted")


def read_story(events: Sequence[Event]) -> Branch:
    """The main line of an execution, from all its events in order."""
    reader = _Reader()
    for event in events:
        reader.take(event)
    return reader.main


class _Reader:
    """``_lines`` holds, by event id, the branches that an event is in, the innermost last: where its successors go
    on."""

    def __init__(self) -> None:
        self.main = Branch("")
        self._lines: dict[int, tuple[Branch, ...]] = {0: (self.main,)}
        self._opened: set[int] = set()

    def take(self, event: Event) -> None:
        kind, number, previous = event["type"], event["id"], event.get("previousEventId", 0)
        line = self._lines.get(previous, (self.main,))
        if kind.endswith("StateEntered"):
            line = self._enter(event, line, opened=previous in self._opened)
        elif kind == "MapIterationStarted":
            line = self._iterate(_details(event), line)
        elif kind.startswith("MapIteration") or kind in _CLOSING:
            line = self._close(event, line)
        elif line[-1].visits:
            self._inside(event, line[-1].visits[-1])
        if kind in _OPENING:
            self._opened.add(number)
        self._lines[number] = line

    def _enter(self, event: Event, line: tuple[Branch, ...], opened: bool) -> tuple[Branch, ...]:
        if opened:
            parent = line[-1].visits[-1]
            branch = Branch(f"branch {len(parent.branches) + 1}")
            parent.branches.append(branch)
            line = (*line, branch)
        details = _details(event)
        kind = event["type"].removesuffix("StateEntered")
        line[-1].visits.append(Visit(details["name"], kind, event["timestamp"], details.get("input")))
        return line

    @staticmethod
    def _iterate(details: Mapping[str, Any], line: tuple[Branch, ...]) -> tuple[Branch, ...]:
        """With MaxConcurrency an iteration follows the end of another one: it belongs to its Map all the same."""
        while len(line) > 1 and not (line[-1].visits and line[-1].visits[-1].name == details["name"]):
            line = line[:-1]
        branch = Branch(f"item {details['index']}")
        line[-1].visits[-1].branches.append(branch)
        return (*line, branch)

    def _close(self, event: Event, line: tuple[Branch, ...]) -> tuple[Branch, ...]:
        """The end of an iteration is the Map's affair again, that of a Parallel or a Map the line's around it."""
        if event["type"].startswith("MapIteration"):
            return line[:-1] if len(line) > 1 else line
        kind = event["type"].partition("State")[0]
        while len(line) > 1 and not (line[-1].visits and line[-1].visits[-1].kind == kind):
            line = line[:-1]
        self._inside(event, line[-1].visits[-1])
        return line

    @staticmethod
    def _inside(event: Event, visit: Visit) -> None:
        kind, details = event["type"], _details(event)
        if kind.endswith("StateExited"):
            visit.left, visit.output = event["timestamp"], details.get("output")
        elif kind.endswith("Scheduled"):
            visit.attempts += 1
        elif kind.endswith(_ERRORS) and not kind.startswith("Execution"):
            parts = (details.get("error"), details.get("cause"))
            text = ": ".join(part for part in parts if part) or kind
            if not visit.errors or visit.errors[-1][1] != text:
                visit.errors.append((event["timestamp"], text))


def _details(event: Event) -> Mapping[str, Any]:
    return next((value for name, value in event.items() if name.endswith("EventDetails")), {})
