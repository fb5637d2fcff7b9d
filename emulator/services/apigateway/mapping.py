"""Data mapping of non-proxy integrations: which template, which parameters, and what they give.

AWS docs, "Set up data transformation for WebSocket APIs" and "WebSocket selection expressions".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.patterns.jsonpath import JsonPathError, compile_path
from emulator.patterns.route_selection import MISSING, compile_selection
from emulator.services.apigateway.documents import read_json
from emulator.services.apigateway.handshake_request import HandshakeRequest
from emulator.templates.errors import TemplateError
from emulator.templates.mapping import Overrides, compile_template, render_mapping

_PLACE = re.compile(r"integration\.request\.(header|querystring|path)\.[^\s]+")
_DIRECT = re.compile(
    r"route\.request\.(?:multivalue)?(?:header|querystring)\.[^\s]+|stageVariables\.\w+|context\.[\w.]+|route\.request\.body"
)
_BODY = "route.request.body."
_FALLBACK = "$default"


class InvalidMappingError(ValueError):
    """A mapping that cannot be evaluated, with a text for whoever configured it."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What the backend answered, as far as selection expressions can see it."""

    status: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Values:
    """What expressions and templates can read.  ``request`` is the handshake, on ``$connect`` only."""

    body: str
    context: Mapping[str, Any]
    stage_variables: Mapping[str, str]
    request: HandshakeRequest | None = None
    backend: Backend | None = None
    declared: frozenset[str] = frozenset()
    """Header and query sources that the route's RequestParameters declare."""

    def lookup(self, name: str) -> object:
        """The value of a selection expression's variable; MISSING when there is none."""
        if name == "request.body":
            return _document(self.body)
        area, _, rest = name.partition(".")
        if area == "context":
            return _nested(self.context, rest)
        if area == "stageVariables":
            return self.stage_variables.get(rest, MISSING)
        if area == "integration" and self.backend is not None:
            return _of_backend(self.backend, rest)
        return MISSING


@dataclass(frozen=True, slots=True)
class Mapped:
    """Parameters for the backend; a list is a multi-value header or query parameter."""

    header: dict[str, str | list[str]] = field(default_factory=dict)
    querystring: dict[str, str | list[str]] = field(default_factory=dict)
    path: dict[str, str | list[str]] = field(default_factory=dict)


# Checks at creation


def check_parameters(parameters: Mapping[str, str]) -> None:
    """Raise InvalidMappingError for a mapping of RequestParameters that does not exist."""
    for target, source in parameters.items():
        if source == "":
            continue
        if not _PLACE.fullmatch(target):
            raise InvalidMappingError(f"Invalid mapping expression specified: {target}")
        if not _is_source(source):
            raise InvalidMappingError(f"Invalid mapping expression specified: {source}")


def _is_source(text: str) -> bool:
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return True
    if text.startswith(_BODY):
        try:
            compile_path("$." + text[len(_BODY) :])
        except JsonPathError:
            return False
        return True
    return _DIRECT.fullmatch(text) is not None


def check_templates(templates: Mapping[str, str], expression: str | None) -> None:
    """Raise InvalidMappingError for templates that cannot be read, or a wrong selection expression."""
    for key, text in templates.items():
        try:
            compile_template(text)
        except TemplateError as error:
            raise InvalidMappingError(f"Invalid template {key}: {error}") from None
    if expression:
        try:
            compile_selection(expression)
        except ValueError as error:
            raise InvalidMappingError(f"Invalid templateSelectionExpression: {error}") from None


# At run time


def choose_template(templates: Mapping[str, str], expression: str | None, values: Values) -> str | None:
    """The template that ``expression`` selects; ``$default`` stands in, and without an expression also
    ``application/json``."""
    if expression:
        selected = compile_selection(expression).evaluate(values.lookup)
        return templates.get(selected or "", templates.get(_FALLBACK))
    return templates.get(_FALLBACK, templates.get("application/json"))


def render(template: str, body: str, values: Values) -> tuple[str, Overrides]:
    """The template's text over ``body``, and its overrides; raises TemplateError."""
    rendered = render_mapping(
        compile_template(template),
        body=body,
        params=None,
        context=values.context,
        stage_variables=values.stage_variables,
    )
    return rendered.text, rendered.overrides


def map_parameters(parameters: Mapping[str, str], values: Values, overrides: Overrides | None = None) -> Mapped:
    """RequestParameters evaluated, with a template's overrides on top; missing values are left out."""
    mapped = Mapped()
    for target, source in parameters.items():
        _, _, place, name = target.split(".", 3)
        value = _value(source, values)
        if value is not None:
            getattr(mapped, place)[name] = value
    if overrides is not None:
        for place in ("header", "querystring", "path"):
            getattr(mapped, place).update(getattr(overrides, place))
    return mapped


def _value(source: str, values: Values) -> str | list[str] | None:
    if source.startswith("'"):
        return source[1:-1]
    if source == "route.request.body":
        return values.body
    if source.startswith(_BODY):
        return compile_selection(f"$request.body.{source[len(_BODY) :]}").evaluate(values.lookup)
    if source.startswith("route.request."):
        return _of_request(source, values)
    return compile_selection(f"${source}").evaluate(values.lookup)


def _of_request(source: str, values: Values) -> str | list[str] | None:
    _, _, place, name = source.split(".", 3)
    single = f"route.request.{place.removeprefix('multivalue')}.{name}"
    if values.request is None or not {source, single} & values.declared:
        return None
    if place.endswith("header"):
        found = [value for key, value in values.request.headers if key.lower() == name.lower()]
    else:
        found = [value for key, value in values.request.query if key == name]
    if not found:
        return None
    return found if place.startswith("multivalue") else found[-1]


def _of_backend(backend: Backend, name: str) -> object:
    if name == "response.statuscode":
        return str(backend.status)
    if name == "response.body":
        return _document(backend.text)
    _, kind, header = (*name.split(".", 2), "", "")[:3]
    found = [value for key, value in backend.headers if key.lower() == header.lower()]
    if not found or kind not in ("header", "multivalueheader"):
        return MISSING
    return found if kind == "multivalueheader" else found[-1]


def _nested(context: Mapping[str, Any], path: str) -> object:
    value: Any = context
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return MISSING
        value = value[name]
    return value


def _document(text: str) -> object:
    try:
        return read_json(text)
    except ValueError:
        return MISSING
