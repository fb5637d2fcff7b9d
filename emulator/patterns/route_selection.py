r"""Selection expressions of WebSocket APIs.

AWS docs, "API Gateway WebSocket selection expressions".  Forms: one variable as a whole (``$request.body.action``),
text with variables (``${request.body.service}/${request.body.action}``), plain text, and ``\$`` for a dollar sign.
Variables that name a document (``request.body``, ``integration.response.body``) go on with a JSONPath; all others
(``request.header.x-api-key``, ``integration.response.statuscode``, ``context.authorizer.usageIdentifierKey``) are
looked up under their full name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from emulator.patterns.exact_numbers import number_text, parse_json
from emulator.patterns.jsonpath import JsonPath, compile_path
from emulator.patterns.payload_path import MISSING

__all__ = ["MISSING", "Selection", "Variable", "compile_selection"]

Lookup = Callable[[str], object]

_DOCUMENTS = ("request.body", "integration.response.body")
_WHOLE = re.compile(r"\$((?:request|context|integration|stageVariables)\.[^{}]+)")
_PART = re.compile(r"\\\$|\$\{([^{}]*)\}")
_VARIABLE = re.compile(r"(?:request|context|integration|stageVariables)\..+", re.DOTALL)


class Variable(NamedTuple):
    """``name`` is what is looked up; ``path`` leads on inside a document."""

    name: str
    path: JsonPath | None


class Selection:
    """A compiled selection expression."""

    __slots__ = ("expression", "parts")

    def __init__(self, expression: str, parts: tuple[str | Variable, ...]) -> None:
        self.expression = expression
        self.parts = parts

    def select(self, message_text: str) -> str | None:
        """The value for a message; None when it is not a JSON object or a lone variable finds nothing."""
        try:
            body = parse_json(message_text)
        except ValueError:
            return None
        return self.evaluate({"request.body": body}) if isinstance(body, dict) else None

    @property
    def is_static(self) -> bool:
        """Whether it has no variables, and so the same value for every message."""
        return not any(isinstance(part, Variable) for part in self.parts)

    def evaluate(self, lookup: Mapping[str, object] | Lookup) -> str | None:
        """The value with variables from ``lookup``: a mapping, or a function that answers ``MISSING`` for nothing.

        It is asked for ``request.body`` and ``integration.response.body`` as parsed documents and for every other
        variable by its full name.  None when the whole expression is one variable that finds nothing; beside other
        text a missing variable is the empty string.
        """
        found = [_text(part) if isinstance(part, str) else _resolved(part, lookup) for part in self.parts]
        if len(found) == 1:
            return found[0]
        return "".join(text or "" for text in found)

    def __repr__(self) -> str:
        return f"Selection({self.expression!r})"


@lru_cache(maxsize=1024)
def compile_selection(expression: str) -> Selection:
    """Compile an expression.  ValueError for an unfinished ``${``, an unknown variable or a wrong JSONPath."""
    whole = _WHOLE.fullmatch(expression)
    if whole:
        return Selection(expression, (_variable(whole.group(1)),))
    parts: list[str | Variable] = []
    text = ""
    start = 0
    for part in _PART.finditer(expression):
        text += expression[start : part.start()]
        start = part.end()
        if part.group(1) is None:
            text += "$"
            continue
        parts += [text] if text else []
        parts.append(_variable(part.group(1)))
        text = ""
    rest = expression[start:]
    if "${" in rest:
        raise ValueError(f"unfinished variable in selection expression: {expression}")
    text += rest
    if text or not parts:
        parts.append(text)
    return Selection(expression, tuple(parts))


def _variable(name: str) -> Variable:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"unknown variable in selection expression: {name}")
    for document in _DOCUMENTS:
        if name == document or name.startswith((document + ".", document + "[")):
            return Variable(document, compile_path("$" + name[len(document) :]))
    return Variable(name, None)


def _resolved(variable: Variable, lookup: Mapping[str, object] | Lookup) -> str | None:
    value = lookup(variable.name) if callable(lookup) else lookup.get(variable.name, MISSING)
    if variable.path is not None and value is not MISSING:
        found = variable.path.find(value)
        value = MISSING if not found else found[0] if variable.path.definite else found
    if value is MISSING:
        return None
    return "" if value is None else _text(value)


def _text(value: object) -> str:
    """As API Gateway prints values: arrays as ``[a, b]`` without quotes (AWS docs), objects as ``{a=b}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={_text(member)}" for name, member in value.items()) + "}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return number_text(value) or str(value)
