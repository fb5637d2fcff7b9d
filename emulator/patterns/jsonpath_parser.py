"""Reads a JSONPath and the expressions of its filters (`jsonpath` describes the dialect)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from emulator.patterns.jsonpath_filter import COMPARISONS, MISSING
from emulator.patterns.jsonpath_steps import (
    Descend,
    Filter,
    Indexes,
    JsonPath,
    JsonPathError,
    Name,
    Names,
    Predicate,
    Slice,
    Step,
    Wildcard,
    walk,
)

NAME = re.compile(r"[^.\[\]()'\"\s]+")
# Inside a filter a name also ends where an operator starts.
_FILTER_NAME = re.compile(r"[^.\[\]()'\"\s=<>!&|,~]+")
_SELECTOR = re.compile(r"\[\s*(?:(\*)\s*\]|(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\s*\]|([-\d\s:]*:[-\d\s:]*)\])")
_QUOTED = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*""", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>|=~|(?:in|nin|subsetof|anyof|noneof|size|empty)\b")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/([imsux]*)")
_WORD = re.compile(r"(?:true|false|null)\b")
_MAX_DEPTH = 20

Operand = Callable[[Any, Any], Any]


class Parser:
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
            return lambda item, root: next(iter(walk(path.steps, item if current else root, root)), MISSING), False
        return lambda item, root: walk(path.steps, item if current else root, root), True

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
