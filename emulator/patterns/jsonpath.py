"""JSONPath in the dialect that AWS's services share (the Java library Jayway JsonPath).

Path:    ``$`` ``.name`` ``['name']`` ``['a','b']`` ``[n]`` ``[0,2]`` ``[a:b:c]`` ``[*]`` ``.*`` ``..name`` ``..*``
         ``..[0]`` ``[?(expr)]``, and at the end a function: ``length() min() max() avg() sum() keys() first() last()``.
Filter:  ``@`` is the item, ``$`` the document; ``== != < <= > >= =~ in nin subsetof anyof noneof size empty``,
         ``! && ||``, parentheses; a bare path asks for existence.  Comparing different types is false.

A path of names and single indexes is *definite*: it means one value or nothing.  Every other path means a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from emulator.patterns.jsonpath_filter import COMPARISONS, MISSING, is_number

_NAME = re.compile(r"[^.\[\]()'\"\s]+")
# Inside a filter a name also ends where an operator starts.
_FILTER_NAME = re.compile(r"[^.\[\]()'\"\s=<>!&|,~]+")
_FUNCTION = re.compile(r"\.(\w+)\(\s*\)$")
_SELECTOR = re.compile(r"\[\s*(?:(\*)\s*\]|(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\s*\]|([-\d\s:]*:[-\d\s:]*)\])")
_QUOTED = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*""", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>|=~|(?:in|nin|subsetof|anyof|noneof|size|empty)\b")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/([imsux]*)")
_WORD = re.compile(r"(?:true|false|null)\b")
_MAX_DEPTH = 20
# Two deep scans in one path multiply; this many nodes at once is a mistake, not a question.
_MAX_NODES = 200_000


class JsonPathError(ValueError):
    """The text is not a path of the dialect above, or its evaluation visits more nodes than any document deserves."""


Predicate = Callable[[Any, Any], bool]
Operand = Callable[[Any, Any], Any]


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
            return _call(self.function, _walk(self.steps, document, document), JsonPath("", self.steps).definite)
        return _walk(self.steps, document, document)

    def first(self, document: Any, default: Any = None) -> Any:
        """The first value selected, or ``default``; a JSON ``null`` found is a value."""
        found = self.find(document)
        return found[0] if found else default

    def value(self, document: Any, default: Any = None) -> Any:
        """What the path means: the value (or ``default``) for a definite path, the list of matches for any other."""
        return self.first(document, default) if self.definite else self.find(document)


def find(path: str, document: Any) -> list[Any]:
    """``compile_path(path).find(document)``."""
    return compile_path(path).find(document)


@lru_cache(maxsize=1024)
def compile_path(text: str) -> JsonPath:
    """``text`` as a path that starts at ``$``.  Raises JsonPathError."""
    function = _FUNCTION.search(text)
    if function and function[1] not in _FUNCTIONS:
        raise JsonPathError(f"unknown function {function[1]}() in path: {text}")
    parser = _Parser(text[: function.start()] if function else text)
    if not parser.take("$"):
        parser.fail("a path starts with $")
    steps = parser.steps(_NAME)
    if parser.at < len(parser.text):
        parser.fail("unexpected text")
    return JsonPath(text, steps, function[1] if function else None)


def _is_reference(step: Step) -> bool:
    return isinstance(step, Name) or (isinstance(step, Indexes) and len(step.indexes) == 1)


def _walk(steps: tuple[Step, ...], start: Any, root: Any) -> list[Any]:
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

_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
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
    result = _FUNCTIONS[function](found[0] if definite else found)
    return [] if result is None else [result]


class _Parser:
    """Recursive descent over one path; ``at`` is the place reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def fail(self, why: str) -> NoReturn:
        raise JsonPathError(f"{why} at {self.at} in path: {self.text[:200]}")

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def steps(self, names: re.Pattern[str]) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self.at < len(self.text):
            if self.take(".."):
                steps.append(Descend())
                steps.append(self.bracket(each=False) if self.text.startswith("[", self.at) else self.name(names))
            elif self.take("."):
                steps.append(self.name(names))
            elif self.text.startswith("[", self.at):
                steps.append(self.bracket(each=True))
            else:
                break
        return tuple(steps)

    def name(self, names: re.Pattern[str]) -> Step:
        found = self.match(names)
        if not found:
            self.fail("a name is missing")
        return Wildcard() if found[0] == "*" else Name(found[0])

    def bracket(self, *, each: bool) -> Step:
        found = self.match(_SELECTOR)
        if found and found[1]:
            return Wildcard()
        if found and found[2]:
            return Indexes(tuple(int(index) for index in found[2].split(",")))
        if found:
            return self.slice(found[3])
        self.at += 1
        self.blanks()
        if self.take("?"):
            return self.filter(each=each)
        names = [self.quoted()]
        while self.take(","):
            names.append(self.quoted())
        if not self.take("]"):
            self.fail("] is missing")
        return Name(names[0]) if len(names) == 1 else Names(tuple(names))

    def slice(self, text: str) -> Slice:
        try:
            parts = [int(part) if part.strip() else None for part in text.split(":")]
            start, stop, step = parts if len(parts) == 3 else [*parts, None]
        except ValueError:
            self.fail("bad slice")
        if step == 0:
            self.fail("a slice needs a step other than 0")
        return Slice(start, stop, step)

    def quoted(self) -> str:
        found = self.match(_QUOTED)
        if not found:
            self.fail("a quoted name, an index, * or ?() is missing")
        return re.sub(r"\\(.)", r"\1", found[1] if found[1] is not None else found[2], flags=re.DOTALL)

    def filter(self, *, each: bool) -> Filter:
        self.blanks()
        if not self.take("("):
            self.fail("( is missing")
        predicate = self.group()
        if not self.take("]"):
            self.fail("] is missing")
        return Filter(predicate, each)

    def group(self) -> Predicate:
        self.deeper()
        predicate = self.any_of("||", any, lambda: self.any_of("&&", all, self.term))
        if not self.take(")"):
            self.fail(") is missing")
        self.depth -= 1
        self.blanks()
        return predicate

    def any_of(self, sign: str, decide: Callable[[Iterable[bool]], bool], part: Callable[[], Predicate]) -> Predicate:
        parts = [part()]
        while self.take(sign):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return lambda item, root: decide(test(item, root) for test in parts)

    def term(self) -> Predicate:
        self.blanks()
        negated = False
        while self.take("!"):
            negated = not negated
            self.blanks()
        test = self.group() if self.take("(") else self.comparison()
        return (lambda item, root: not test(item, root)) if negated else test

    def comparison(self) -> Predicate:
        left, many = self.operand()
        operator = self.match(_OPERATOR)
        if operator:
            compare, (right, _) = COMPARISONS[operator[0]], self.operand()
            return lambda item, root: compare(left(item, root), right(item, root))
        if many:
            return lambda item, root: bool(left(item, root))
        return lambda item, root: left(item, root) is not MISSING

    def operand(self) -> tuple[Operand, bool]:
        """What is compared, and whether it is a path that always gives a list."""
        self.blanks()
        if self.text.startswith(("@", "$"), self.at):
            operand, many = self.path()
        else:
            literal, many = self.literal(), False
            operand = lambda _item, _root: literal  # noqa: E731 - a constant needs no name
        self.blanks()
        return operand, many

    def path(self) -> tuple[Operand, bool]:
        current = self.text[self.at] == "@"
        self.at += 1
        path = JsonPath("", self.steps(_FILTER_NAME))
        if path.definite:
            return lambda item, root: next(iter(_walk(path.steps, item if current else root, root)), MISSING), False
        return lambda item, root: _walk(path.steps, item if current else root, root), True

    def literal(self) -> Any:
        if self.text.startswith(("'", '"'), self.at):
            return self.quoted()
        if word := self.match(_WORD):
            return {"true": True, "false": False, "null": None}[word[0]]
        if number := self.match(_NUMBER):
            return float(number[0]) if set(number[0]) & set(".eE") else self.integer(number[0])
        if regex := self.match(_REGEX):
            return self.regex(regex[1], regex[2])
        if not self.take("["):
            self.fail("a value is missing")
        return self.literals()

    def integer(self, digits: str) -> int:
        return int(digits) if len(digits) <= 40 else self.fail("a number is too long")

    def regex(self, pattern: str, flags: str) -> re.Pattern[str]:
        try:
            return re.compile(f"(?{flags}){pattern}" if flags else pattern)
        except (re.error, OverflowError, RecursionError, FutureWarning) as error:
            self.fail(f"bad regular expression ({error})")

    def literals(self) -> list[Any]:
        items: list[Any] = []
        self.deeper()
        self.blanks()
        while not self.take("]"):
            if items and not self.take(","):
                self.fail(", is missing")
            self.blanks()
            items.append(self.literal())
            self.blanks()
        self.depth -= 1
        return items

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail("too many parentheses")
