"""``$input``: the body and the parameters of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.patterns.jsonpath import JsonPath, JsonPathError, compile_path
from emulator.templates.errors import BodyNotJsonError, Meter, TemplateError
from emulator.templates.values import BLANK, TemplateObject, display, parse_json, to_json

_UNREAD = object()


@dataclass(frozen=True, slots=True)
class Params:
    """What ``$input.params()`` shows; one text a name."""

    path: Mapping[str, str] = field(default_factory=dict)
    querystring: Mapping[str, str] = field(default_factory=dict)
    header: Mapping[str, str] = field(default_factory=dict)


class InputVariable(TemplateObject):
    """``.body``, ``.json(path)``, ``.path(path)``, ``.params()``, ``.params(name)``; an empty body counts as ``{}``."""

    def __init__(self, body: str, params: Params | None) -> None:
        self.body = body or "{}"
        self.params = params or Params()
        self.parameters = {
            "path": dict(self.params.path),
            "querystring": dict(self.params.querystring),
            "header": dict(self.params.header),
        }
        self.document: Any = _UNREAD

    def member(self, name: str) -> Any:
        return self.body if name == "body" else None

    def call(self, name: str, args: list[Any], meter: Meter) -> Any:
        match name, args:
            case "json", [path]:
                found = self.find(path, meter)
                return '""' if found is BLANK else to_json(found, meter)
            case "path", [path]:
                found = self.find(path, meter)
                return BLANK if found is None else found
            case "params", []:
                return self.parameters
            case "params", [key]:
                return self.parameter(display(key, meter))
        return None

    def find(self, path: Any, meter: Meter) -> Any:
        """The value at ``path``; BLANK where there is none."""
        compiled = self.compiled(display(path, meter))
        if self.document is _UNREAD:
            self.document = self.read()
        if not compiled.definite:
            meter.charge(1000 + len(self.body) // 16)
        try:
            return compiled.value(self.document, BLANK)
        except JsonPathError as error:
            raise TemplateError(str(error)) from None

    def compiled(self, path: str) -> JsonPath:
        try:
            return compile_path(path)
        except JsonPathError as error:
            raise TemplateError(f"invalid JSONPath: {error}") from None

    def read(self) -> Any:
        try:
            return parse_json(self.body)
        except ValueError as error:
            raise BodyNotJsonError(f"Could not parse request body into json: {error}") from None

    def parameter(self, name: str) -> str:
        """Path, then query string, then headers (whose case does not matter)."""
        for place in self.parameters.values():
            if name in place:
                return place[name]
        for header, value in self.parameters["header"].items():
            if header.lower() == name.lower():
                return value
        return BLANK
