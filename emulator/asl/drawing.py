"""A state machine as a Mermaid flowchart, with the path that an execution has taken.

Names of states are unique in a whole state machine, so steps are pairs of names; ``""`` is the start and the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from emulator.asl.story import Branch

State = Mapping[str, Any]
_SHAPES = {"Choice": ("{", "}"), "Succeed": ("([", "])"), "Fail": ("([", "])"), "Wait": ("[/", "/]")}
_STYLES = """\
    classDef taken fill:#d8f5d8,stroke:#2a7f2a,color:#111
    classDef failed fill:#f9d6d5,stroke:#b3261e,color:#111"""


@dataclass(frozen=True, slots=True)
class Path:
    """What an execution has gone through: states, steps between them, and states it has failed in."""

    states: Set[str] = frozenset()
    steps: Set[tuple[str, str]] = frozenset()
    failed: Set[str] = frozenset()


def path_of(story: Branch, ended: bool, failed: bool) -> Path:
    """The path of an execution; ``ended`` and ``failed`` say how it is with it now."""
    states: set[str] = set()
    steps: set[tuple[str, str]] = set()
    wrong: set[str] = set()
    for branch in story.walk():
        names = [visit.name for visit in branch.visits]
        states.update(names)
        steps.update(zip(["", *names], names, strict=False))
        wrong.update(visit.name for visit in branch.visits if failed and visit.failed)
        if branch.visits and branch.visits[-1].left is not None and (branch is not story or ended):
            steps.add((names[-1], ""))
    return Path(states, steps, wrong)


def draw(definition: Mapping[str, Any], path: Path | None = None) -> str:
    """Mermaid text of a definition (a JSON object); without a path nothing is marked."""
    return _Drawing(path or Path()).whole(definition)


@dataclass(slots=True)
class _Drawing:
    path: Path
    lines: list[str] = field(default_factory=lambda: ["flowchart TD"])
    ids: dict[str, str] = field(default_factory=dict)
    edges: list[bool] = field(default_factory=list)

    def whole(self, definition: Mapping[str, Any]) -> str:
        self._name(definition["States"])
        self.lines.append("    start((start))")
        self._states(definition["States"], 1)
        self.lines.append("    stop((end))")
        self._edges(definition, "start", "stop")
        taken = [str(number) for number, marked in enumerate(self.edges) if marked]
        if self.path.states:
            self.lines.append(_STYLES)
            self._classes("taken", self.path.states - self.path.failed)
            self._classes("failed", self.path.failed)
        if taken:
            self.lines.append(f"    linkStyle {','.join(taken)} stroke:#2a7f2a,stroke-width:3px")
        return "\n".join(self.lines) + "\n"

    def _name(self, states: Mapping[str, State]) -> None:
        for name, state in states.items():
            self.ids[name] = f"s{len(self.ids) + 1}"
            for inner in _inner(state):
                self._name(inner["States"])

    def _states(self, states: Mapping[str, State], depth: int) -> None:
        indent = "    " * depth
        for name, state in states.items():
            inner = list(_inner(state))
            if not inner:
                before, after = _SHAPES.get(state["Type"], ("[", "]"))
                self.lines.append(f'{indent}{self.ids[name]}{before}"{_text(name)}"{after}')
                continue
            self.lines.append(f'{indent}subgraph {self.ids[name]}["{_text(name)} ({state["Type"]})"]')
            for workflow in inner:
                self._states(workflow["States"], depth + 1)
            self.lines.append(f"{indent}end")

    def _edges(self, workflow: Mapping[str, Any], start: str = "", stop: str = "") -> None:
        """``start`` and ``stop`` are nodes of the main line; branches begin and end inside their subgraph."""
        if start:
            self._edge(start, self.ids[workflow["StartAt"]], ("", workflow["StartAt"]))
        for name, state in workflow["States"].items():
            for target, label, caught in _ways(state):
                arrow = "-.->" if caught else "-->"
                self._edge(self.ids[name], self.ids[target], (name, target), label, arrow)
            if stop and (state.get("End") or state["Type"] == "Succeed"):
                self._edge(self.ids[name], stop, (name, ""))
            for inner in _inner(state):
                self._edges(inner)

    def _edge(self, one: str, other: str, step: tuple[str, str], label: str = "", arrow: str = "-->") -> None:
        text = f'|"{_text(label)}"|' if label else ""
        self.lines.append(f"    {one} {arrow}{text} {other}")
        self.edges.append(step in self.path.steps)

    def _classes(self, kind: str, names: Set[str]) -> None:
        known = [self.ids[name] for name in self.ids if name in names]
        if known:
            self.lines.append(f"    class {','.join(known)} {kind}")


def _inner(state: State) -> Iterator[Mapping[str, Any]]:
    """The workflows inside a Parallel or a Map."""
    if state["Type"] == "Parallel":
        yield from state["Branches"]
    elif state["Type"] == "Map":
        yield state.get("ItemProcessor") or state["Iterator"]


def _ways(state: State) -> Iterator[tuple[str, str, bool]]:
    """Where a state may lead: the target, what the arrow says, and whether an error leads there."""
    if "Next" in state:
        yield state["Next"], "", False
    for number, rule in enumerate(state.get("Choices", ()), 1):
        yield rule["Next"], _rule(rule) or f"rule {number}", False
    if "Default" in state:
        yield state["Default"], "default", False
    for catcher in state.get("Catch", ()):
        yield catcher["Next"], ", ".join(catcher["ErrorEquals"]), True


def _rule(rule: Mapping[str, Any]) -> str:
    """A rule in short, when it is a short one."""
    if isinstance(rule.get("Condition"), str):
        text = rule["Condition"].removeprefix("{%").removesuffix("%}").strip()
        return text if len(text) <= 40 else ""
    operators = [(name, value) for name, value in rule.items() if name not in ("Variable", "Next", "Comment", "Assign")]
    if "Variable" not in rule or len(operators) != 1:
        return ""
    name, value = operators[0]
    text = f"{rule['Variable']} {name} {json.dumps(value, ensure_ascii=False)}"
    return text if len(text) <= 50 else ""


def _text(text: str) -> str:
    """For a quoted label: Mermaid takes entity codes, and no line breaks."""
    codes = {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "\n": " ", "`": "#96;"}
    return "".join(codes.get(character, character) for character in text)
