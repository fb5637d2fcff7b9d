"""What a JSONPath does, step by step, and the functions that may end it (`jsonpath` describes the dialect)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from emulator.patterns.jsonpath_filter import is_number

# Two deep scans in one path multiply; this many nodes at once is a mistake, not a question.
_MAX_NODES = 200_000


class JsonPathError(ValueError):
    """The text is not a path of the dialect above, or its evaluation visits more nodes than any document deserves."""


Predicate = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Name:
    name: str

    def apply(self, node: Any, _root: Any) -> Iterable[Any]:
        if isinstance(node, dict) and self.name in node:
            yield node[self.name]


@dataclass(frozen=True, slots=True)
class Names:
    """``['a','b']``: one new object with those keys that are there."""

    names: tuple[str, ...]

    def apply(self, node: Any, _root: Any) -> Iterable[Any]:
        if isinstance(node, dict):
            yield {name: node[name] for name in self.names if name in node}


@dataclass(frozen=True, slots=True)
class Indexes:
    indexes: tuple[int, ...]

    def apply(self, node: Any, _root: Any) -> Iterable[Any]:
        if isinstance(node, list):
            for index in self.indexes:
                if -len(node) <= index < len(node):
                    yield node[index]


@dataclass(frozen=True, slots=True)
class Slice:
    start: int | None
    stop: int | None
    step: int | None

    def apply(self, node: Any, _root: Any) -> Iterable[Any]:
        return node[self.start : self.stop : self.step] if isinstance(node, list) else ()


@dataclass(frozen=True, slots=True)
class Wildcard:
    def apply(self, node: Any, _root: Any) -> Iterable[Any]:
        if isinstance(node, dict):
            return node.values()
        return node if isinstance(node, list) else ()


@dataclass(frozen=True, slots=True)
class Descend:
    """``..``: the node itself and everything below it, parents first, in document order."""

    def apply(self, node: Any, _root: Any) -> Iterator[Any]:
        stack = [node]
        while stack:
            node = stack.pop()
            yield node
            if isinstance(node, dict):
                stack.extend(reversed(node.values()))
            elif isinstance(node, list):
                stack.extend(reversed(node))


@dataclass(frozen=True, slots=True)
class Filter:
    predicate: Predicate
    each: bool  # False after ``..``, which has already taken lists apart

    def apply(self, node: Any, root: Any) -> Iterable[Any]:
        items = node if self.each and isinstance(node, list) else (node,) if isinstance(node, dict) else ()
        return (item for item in items if self.predicate(item, root))


Step = Name | Names | Indexes | Slice | Wildcard | Descend | Filter


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A compiled path.

    ``definite``: it means one value.  ``reference``: only single names and indexes, so it can also be written to.
    """

    text: str
    steps: tuple[Step, ...]
    function: str | None = None

    @property
    def definite(self) -> bool:
        last = len(self.steps) - 1
        return self.function is not None or all(
            _is_reference(step) or (isinstance(step, Names) and at == last) for at, step in enumerate(self.steps)
        )

    @property
    def reference(self) -> bool:
        return self.function is None and all(map(_is_reference, self.steps))

    def find(self, document: Any) -> list[Any]:
        """Every value that the path selects, in document order; a definite path gives at most one."""
        if self.function is not None:
            return _call(self.function, walk(self.steps, document, document), JsonPath("", self.steps).definite)
        return walk(self.steps, document, document)

    def first(self, document: Any, default: Any = None) -> Any:
        """The first value selected, or ``default``; a JSON ``null`` found is a value."""
        found = self.find(document)
        return found[0] if found else default

    def value(self, document: Any, default: Any = None) -> Any:
        """What the path means: the value (or ``default``) for a definite path, the list of matches for any other."""
        return self.first(document, default) if self.definite else self.find(document)


def _is_reference(step: Step) -> bool:
    return isinstance(step, Name) or (isinstance(step, Indexes) and len(step.indexes) == 1)


def walk(steps: tuple[Step, ...], start: Any, root: Any) -> list[Any]:
    nodes, repeats = [start], 0
    for step in steps:
        repeats += isinstance(step, Descend) or (isinstance(step, Indexes) and len(step.indexes) > 1)
        found: list[Any] = []
        for node in nodes:
            found.extend(step.apply(node, root))
            if repeats > 1 and len(found) > _MAX_NODES:
                raise JsonPathError(f"the path selects more than {_MAX_NODES} nodes")
        nodes = found
    return nodes


# -- functions at the end of a path ----------------------------------------------------------------------------------

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": lambda value: len(value) if isinstance(value, (dict, list, str)) else None,
    "keys": lambda value: list(value) if isinstance(value, dict) else None,
    "first": lambda value: value[0] if isinstance(value, list) and value else None,
    "last": lambda value: value[-1] if isinstance(value, list) and value else None,
    "min": lambda value: min(_numbers(value), default=None),
    "max": lambda value: max(_numbers(value), default=None),
    "sum": lambda value: sum(_numbers(value)),
    "avg": lambda value: sum(_numbers(value)) / len(_numbers(value)) if _numbers(value) else None,
}


def _numbers(value: Any) -> list[Any]:
    return [item for item in value if is_number(item)] if isinstance(value, list) else []


def _call(function: str, found: list[Any], definite: bool) -> list[Any]:
    if definite and not found:
        return []
    result = FUNCTIONS[function](found[0] if definite else found)
    return [] if result is None else [result]
