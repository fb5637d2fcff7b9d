"""Values of parameter mappings: text with variables of the request, the response, the context and the stage.

AWS docs, "Transform API requests and responses for HTTP APIs".  A variable stands alone or inside text, with braces
where it would not end otherwise: ``$request.body.a``, ``com.mycompany.$request.path.source``,
``${request.path.name} ${request.path.id}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from emulator.core.jsontext import compact
from emulator.patterns.jsonpath import JsonPath, JsonPathError, compile_path
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.http import events
from emulator.services.apigateway.http.answer import Answer
from emulator.services.apigateway.http.exchange import Exchange

BODY_LIMIT = 100 * 1024
"""Bytes of a body that paths can see."""
_ROOTS = r"request\.(?:header|querystring|path|body)|response\.(?:header|body|statuscode)|context|stageVariables"
_WHOLE = re.compile(rf"\$((?:{_ROOTS})(?:[.\[].*)?)", re.DOTALL)
_PART = re.compile(rf"\$\{{([^{{}}]+)\}}|\$((?:{_ROOTS})(?:\.[\w-]+|\[\d+\])*)")
_NAMED = re.compile(
    r"(?:request|response)\.header\.[!-~]+|request\.querystring\..+|request\.path(?:\.[\w.:-]+)?|response\.statuscode"
    r"|context\.[\w.-]+|stageVariables\.\w+",
    re.DOTALL,
)


class InvalidMappingError(ValueError):
    """A mapping that cannot be evaluated, with a text for whoever configured it."""


@dataclass(frozen=True, slots=True)
class Variable:
    """``name`` is what is looked up; ``path`` leads on inside a body."""

    name: str
    path: JsonPath | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled mapping value."""

    parts: tuple[str | Variable, ...]

    def evaluate(self, exchange: Exchange, answer: Answer | None = None) -> Any:
        """A text; a lone variable may give any JSON value of a body.  None when a lone variable finds nothing."""
        found = [part if isinstance(part, str) else _lookup(part, exchange, answer) for part in self.parts]
        if len(found) == 1:
            return found[0]
        return "".join("" if value is None else text_of(value) for value in found)


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else compact(value)


@lru_cache(maxsize=1024)
def compile_value(text: str) -> Value:
    """Compile a value.  Raises InvalidMappingError for variables that do not exist and paths that are not simple."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return Value((text[1:-1],))
    whole = _WHOLE.fullmatch(text)
    if whole is not None and "$" not in whole[1] and " " not in whole[1]:
        return Value((_variable(whole[1]),))
    parts: list[str | Variable] = []
    start = 0
    for part in _PART.finditer(text):
        if part.start() > start:
            parts.append(text[start : part.start()])
        parts.append(_variable(part[1] or part[2]))
        start = part.end()
    if start < len(text) or not parts:
        parts.append(text[start:])
    if text.startswith("$") and not isinstance(parts[0], Variable):
        raise InvalidMappingError(f"Invalid mapping expression specified: {text}")
    return Value(tuple(parts))


def _variable(name: str) -> Variable:
    for root in ("request.body", "response.body"):
        if name == root:
            return Variable(name)
        if name.startswith((root + ".", root + "[")):
            return Variable(root, _path(name, "$" + name[len(root) :]))
    if not _NAMED.fullmatch(name):
        raise InvalidMappingError(f"Invalid mapping expression specified: ${name}")
    return Variable(name)


def _path(name: str, path: str) -> JsonPath:
    try:
        compiled = compile_path(path)
    except JsonPathError:
        compiled = None
    if compiled is None or not compiled.reference:
        raise InvalidMappingError(
            f"Invalid mapping expression specified: ${name}. Only simple JSON paths are supported"
        )
    return compiled


def _lookup(variable: Variable, exchange: Exchange, answer: Answer | None) -> Any:
    root, _, rest = variable.name.partition(".")
    if root == "context":
        return nested(context_of(exchange), rest)
    if root == "stageVariables":
        return exchange.stage_variables.get(rest)
    if root == "response":
        return _of_answer(variable, rest, answer) if answer is not None else None
    request = exchange.request
    kind, _, name = rest.partition(".")
    match kind:
        case "body":
            return _of_body(variable, request.body)
        case "header":
            return request.header(name)
        case "querystring":
            return request.parameter(name)
    return exchange.variables.get(name) if name else exchange.path


def _of_answer(variable: Variable, rest: str, answer: Answer) -> Any:
    if rest == "statuscode":
        return str(answer.status)
    kind, _, name = rest.partition(".")
    return _of_body(variable, answer.body) if kind == "body" else answer.header(name)


def _of_body(variable: Variable, body: bytes) -> Any:
    if variable.path is None:
        return body.decode("utf-8", "replace")
    if len(body) > BODY_LIMIT:
        return None
    try:
        return variable.path.first(read_json(body))
    except ValueError:
        return None


def nested(context: Mapping[str, Any], path: str) -> Any:
    """Names may hold dots (claims such as ``cognito:groups`` do not): the longest one that is there counts."""
    value: Any = context
    names = path.split(".")
    while names:
        for count in range(len(names), 0, -1):
            name = ".".join(names[:count])
            if isinstance(value, Mapping) and name in value:
                value, names = value[name], names[count:]
                break
        else:
            return None
    return value


def context_of(exchange: Exchange) -> Mapping[str, Any]:
    """What ``$context`` holds (AWS docs, "Customize HTTP API access logs")."""
    shown = events.context_1(exchange)
    shown["routeKey"] = exchange.plan.key
    shown["awsAccountId"] = exchange.api.account
    return shown
