"""AWS's JSONPath: ``$`` the input, ``$$`` the context object, ``$name`` a variable (AWS docs, "Using JSONPath paths").

The dialect itself is ``emulator.patterns.jsonpath``.  A path that means one value and leads nowhere is an error whose
text depends on the field; a path that means a list gives ``[]`` even then (recorded from AWS).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from emulator.asl.errors import runtime_error
from emulator.asl.scope import ABSENT, Scope
from emulator.core.jsontext import compact
from emulator.patterns.jsonpath import Indexes, JsonPath, JsonPathError, Name, Names, Step, compile_path

_ROOT = re.compile(r"\$(\$|[^\W\d]\w*)?")
CONTEXT = "$"


class PathSyntaxError(ValueError):
    """The text is no path of AWS's dialect, or no reference path where one is needed."""


@dataclass(frozen=True, slots=True)
class Path:
    """``variable`` is None for the input, ``$`` for the context object, else a variable's name."""

    text: str
    variable: str | None
    path: JsonPath

    @property
    def reference(self) -> bool:
        """Only names and single indexes: it names one place."""
        return self.path.reference

    def document(self, scope: Scope) -> Any:
        """What the path starts from.  StatesError for a variable that was never assigned."""
        if self.variable is None:
            return scope.input
        if self.variable == CONTEXT:
            return scope.context
        if self.variable not in scope.variables:
            raise runtime_error(f"The variable '${self.variable}' referenced in '{self.text}' is not defined.")
        return scope.variables[self.variable]

    def find(self, scope: Scope) -> Any:
        """The value (ABSENT when a path that means one value leads nowhere), or the list of any other path."""
        try:
            return self.path.value(self.document(scope), ABSENT)
        except JsonPathError as error:  # more nodes than any document deserves
            raise runtime_error(f"Invalid path '{self.text}' : {error}") from None

    def evaluate(self, scope: Scope) -> Any:
        """As InputPath, OutputPath, ...SecondsPath: StatesError ``Invalid path '$.a' : No results for path ...``."""
        value = self.find(scope)
        if value is ABSENT:
            raise runtime_error(f"Invalid path '{self.text}' : {why_nothing(self.path, self.document(scope))}")
        return value

    def put(self, document: Any, value: Any) -> Any:
        """``document`` with ``value`` at this reference path: a copy along the path, missing objects created."""
        return _put(document, self.path.steps, value, self.text, document)


@lru_cache(maxsize=4096)
def compile_asl_path(text: str) -> Path:
    """``text`` as a path.  Raises PathSyntaxError."""
    root = _ROOT.match(text)
    if root is None:
        raise PathSyntaxError(f"a path starts with $: {text}")
    try:
        return Path(text, root[1] or None, compile_path("$" + text[root.end() :]))
    except JsonPathError as error:
        raise PathSyntaxError(str(error)) from None


def compile_reference(text: str) -> Path:
    """``text`` as a path that names one place.  Raises PathSyntaxError."""
    path = compile_asl_path(text)
    if not path.reference:
        raise PathSyntaxError(f"not a reference path: {text}")
    return path


def why_nothing(path: JsonPath, document: Any) -> str:
    """The Java library's words for a path that leads nowhere (recorded from AWS)."""
    for count in range(1, len(path.steps)):
        if not JsonPath("", path.steps[:count]).find(document):
            return f"Missing property in path {_bracketed(path.steps[:count])}"
    return f"No results for path: {_bracketed(path.steps)}"


def _bracketed(steps: tuple[Step, ...]) -> str:
    return "$" + "".join(map(_bracket, steps))


def _bracket(step: Step) -> str:
    if isinstance(step, Name):
        return f"['{step.name}']"
    if isinstance(step, Indexes):
        return f"[{','.join(map(str, step.indexes))}]"
    if isinstance(step, Names):
        return "[" + ",".join(f"'{name}'" for name in step.names) + "]"
    return "[*]"


def _put(node: Any, steps: tuple[Step, ...], value: Any, text: str, document: Any) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, Name) and (node is ABSENT or isinstance(node, Mapping)):
        members = dict(node) if isinstance(node, Mapping) else {}
        members[step.name] = _put(members.get(step.name, ABSENT), rest, value, text, document)
        return members
    if isinstance(step, Indexes) and isinstance(node, list) and -len(node) <= step.indexes[0] < len(node):
        items = list(node)
        items[step.indexes[0]] = _put(items[step.indexes[0]], rest, value, text, document)
        return items
    raise runtime_error(f"Unable to apply ReferencePath {text} to input {compact(document)}")
