"""Intrinsic functions: ``States.Format('Hello {}', $.name)``, parsed once, called in a scope.

AWS docs, "Intrinsic functions for JSONPath states".  The functions themselves are in ``intrinsic_functions``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from emulator.asl.errors import runtime_error
from emulator.asl.intrinsic_functions import FUNCTIONS, IntrinsicError, Template
from emulator.asl.paths import Path, PathSyntaxError, compile_asl_path
from emulator.asl.scope import ABSENT, Scope

_NAME = re.compile(r"States\.(\w+)\s*\(")
_STRING = re.compile(r"'((?:[^'\\]|\\['\\{}])*)'", re.DOTALL)
_WORD = re.compile(r"(?:true|false|null)\b")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,40})(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?")
# A path ends at a comma or parenthesis that is not inside brackets, quotes or a filter.
_PATH_PIECE = re.compile(r"[^,()\[\]'\"\s]+")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_MAX_DEPTH = 10


class IntrinsicSyntaxError(ValueError):
    """The text is no call of an intrinsic function, or its arguments are visibly wrong."""


@dataclass(frozen=True, slots=True)
class Call:
    """``arguments`` are literals (``Template`` for text), paths, or calls."""

    text: str
    name: str
    arguments: tuple[Any, ...]

    def evaluate(self, scope: Scope, field: str) -> Any:
        """The function's result.  Raises StatesError; ``field`` names the field that holds the call."""
        arguments = [self._argument(argument, scope, field) for argument in self.arguments]
        try:
            return FUNCTIONS[self.name].call(arguments, scope.host)
        except IntrinsicError as fault:
            raise runtime_error(f"The function '{self.text}' had the following error: {fault}") from None

    def paths(self) -> list[Path]:
        """Every path in it, nested calls included."""
        found: list[Path] = []
        for argument in self.arguments:
            if isinstance(argument, Path):
                found.append(argument)
            elif isinstance(argument, Call):
                found.extend(argument.paths())
        return found

    def _argument(self, argument: Any, scope: Scope, field: str) -> Any:
        if isinstance(argument, Call):
            return argument.evaluate(scope, field)
        if not isinstance(argument, Path):
            return argument
        value = argument.find(scope)
        if value is ABSENT:
            shown = json.dumps(scope.input, ensure_ascii=False)
            raise runtime_error(
                f"The JSONPath '{argument.text}' specified for the field '{field}' could not be found in the input "
                f"'{shown}'"
            )
        return value


@lru_cache(maxsize=2048)
def parse_call(text: str) -> Call:
    """``text`` as one call.  Raises IntrinsicSyntaxError."""
    parser = _Parser(text)
    call = parser.call(1)
    parser.blanks()
    if parser.at < len(text):
        parser.fail("unexpected text")
    return call


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, why: str) -> NoReturn:
        raise IntrinsicSyntaxError(f"{why} at {self.at} in call: {self.text[:200]}")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, token: str) -> bool:
        self.blanks()
        if self.text.startswith(token, self.at):
            self.at += 1
            return True
        return False

    def call(self, depth: int) -> Call:
        self.blanks()
        start = self.at
        name = self.match(_NAME)
        if name is None or name[1] not in FUNCTIONS:
            self.fail("no intrinsic function")
        if depth > _MAX_DEPTH:
            self.fail("nested too deep")
        arguments: list[Any] = []
        while not self.take(")"):
            if arguments and not self.take(","):
                self.fail(", or ) is missing")
            self.blanks()
            arguments.append(self.argument(depth))
        problem = FUNCTIONS[name[1]].complaint(arguments)
        if problem:
            self.fail(problem)
        return Call(self.text[start : self.at], name[1], tuple(arguments))

    def argument(self, depth: int) -> Any:
        if string := self.match(_STRING):
            return Template(string[1])
        if word := self.match(_WORD):
            return {"true": True, "false": False, "null": None}[word[0]]
        if number := self.match(_NUMBER):
            return json.loads(number[0])
        if self.text.startswith("$", self.at):
            return self.path()
        return self.call(depth + 1)

    def path(self) -> Path:
        start, nesting = self.at, 0
        while self.at < len(self.text):
            if self.match(_QUOTED) or self.match(_PATH_PIECE):
                continue
            sign = self.text[self.at]
            if nesting == 0 and sign in ",)":
                break
            nesting += (sign in "([") - (sign in ")]")
            self.at += 1
        try:
            return compile_asl_path(self.text[start : self.at].rstrip())
        except PathSyntaxError as error:
            self.fail(str(error))
