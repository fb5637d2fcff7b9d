"""Where states lead: targets that exist, states that are reached, a way to end, names used once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.asl.checks.report import Place
from emulator.asl.errors import Diagnostic

MISSING_TARGET = "MISSING_TRANSITION_TARGET"
MISSING_END = "MISSING_END_STATE"
DUPLICATE = "DUPLICATE_STATE_NAME"


def check_graph(place: Place, workflow: Any, seen: set[str]) -> None:
    """``seen``: the state names met so far in the whole definition."""
    states = workflow.get("States") if isinstance(workflow, dict) else None
    if not isinstance(states, dict) or not states:
        return
    at = place.inside("States")
    for name in states:
        if name in seen:
            at.inside(name).find(f"Duplicate State name: {name}", DUPLICATE)
        seen.add(name)
    _check_targets(place, workflow, states)
    _check_reachable(at, workflow.get("StartAt"), states)
    if not any(_ends(state) for state in states.values()):
        place.findings.append(Diagnostic(MISSING_END, "Workflow has no terminal state"))
    for name, state in states.items():
        for inside, inner in _inner(at.inside(name), state):
            check_graph(inside, inner, seen)


def leading_to(name: str, states: dict[str, Any]) -> set[str]:
    """The states from which ``name`` can be reached."""
    sources: dict[str, list[str]] = {}
    for source, state in states.items():
        for _, target in _targets(Place([]), state):
            sources.setdefault(target, []).append(source)
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for source in sources.get(waiting.pop(), ()):
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def has_inner(state: Any) -> bool:
    """Whether there are workflows inside the state."""
    return any(True for _ in _inner(Place([]), state))


def _check_targets(place: Place, workflow: dict[str, Any], states: dict[str, Any]) -> None:
    start = workflow.get("StartAt")
    if isinstance(start, str) and start not in states:
        place.inside("StartAt").find(f"Missing 'StartAt' target: {start}", MISSING_TARGET)
    for name, state in states.items():
        for at, target in _targets(place.inside("States").inside(name), state):
            if target not in states:
                at.find(f"Missing '{at.name}' target: {target}", MISSING_TARGET)


def _check_reachable(at: Place, start: Any, states: dict[str, Any]) -> None:
    if not isinstance(start, str) or start not in states:
        return
    reached, waiting = {start}, [start]
    while waiting:
        for _, target in _targets(at, states[waiting.pop()]):
            if target in states and target not in reached:
                reached.add(target)
                waiting.append(target)
    for name in states:
        if name not in reached:
            at.inside(name).find(f'State "{name}" is not reachable.', MISSING_TARGET)


def _targets(at: Place, state: Any) -> Iterator[tuple[Place, str]]:
    if not isinstance(state, dict):
        return
    for name in ("Next", "Default"):
        if isinstance(state.get(name), str):
            yield at.inside(name), state[name]
    for field in ("Choices", "Catch"):
        entries = state.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict) and isinstance(entry.get("Next"), str):
                yield at.inside(field).item(index).inside("Next"), entry["Next"]


def _ends(state: Any) -> bool:
    return isinstance(state, dict) and (state.get("End") is True or state.get("Type") in ("Succeed", "Fail"))


def _inner(at: Place, state: Any) -> Iterator[tuple[Place, Any]]:
    if not isinstance(state, dict):
        return
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else []):
        yield at.inside("Branches").item(index), branch
    for name in ("ItemProcessor", "Iterator"):
        if name in state:
            yield at.inside(name), state[name]
