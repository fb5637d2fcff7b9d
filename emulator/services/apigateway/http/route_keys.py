"""Route keys of HTTP APIs, and which route a request takes (AWS docs, "Create routes for HTTP APIs")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

DEFAULT = "$default"
METHODS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_KEY = re.compile(r"([A-Z]+) (/\S*)")
_VARIABLE = re.compile(r"\{([\w.:-]+)(\+?)\}")
_STATIC, _ONE, _REST = range(3)


class InvalidRouteKeyError(ValueError):
    """The text is neither ``$default`` nor ``METHOD /path``."""


@dataclass(frozen=True, slots=True)
class RouteKey:
    """``parts`` are (kind, text): a static segment, a variable for one segment, or one for all that follow."""

    text: str
    method: str
    path: str
    parts: tuple[tuple[int, str], ...]

    @classmethod
    def parse(cls, text: str) -> RouteKey:
        """Read ``GET /pets/{id}``; raises InvalidRouteKeyError (``$default`` is not for here)."""
        found = _KEY.fullmatch(text)
        if found is None or found[1] not in METHODS:
            raise InvalidRouteKeyError("The provided route key is not formatted properly for HTTP protocol: " + text)
        segments = found[2][1:].split("/") if found[2] != "/" else []
        parts = tuple(_part(text, segment) for segment in segments)
        if any(kind == _REST for kind, _ in parts[:-1]):
            raise InvalidRouteKeyError(f"A greedy path variable must be the last part of the path: {text}")
        names = [name for kind, name in parts if kind != _STATIC]
        if len(names) != len(set(names)):
            raise InvalidRouteKeyError(f"A path variable occurs twice: {text}")
        return cls(text, found[1], found[2], parts)

    @property
    def rank(self) -> tuple[bool, tuple[int, ...], bool]:
        """Smaller is more specific."""
        kinds = tuple(kind for kind, _ in self.parts)
        return _REST in kinds, kinds, self.method == "ANY"

    def match(self, method: str, segments: list[str]) -> dict[str, str] | None:
        """The path variables, decoded, if the key covers the request; ``segments`` are still encoded."""
        if self.method not in (method, "ANY"):
            return None
        found: dict[str, str] = {}
        for number, (kind, text) in enumerate(self.parts):
            rest = segments[number:]
            value = "/".join(rest) if kind == _REST else rest[0] if rest else ""
            if kind == _REST:
                return {**found, text: unquote(value)} if value else None
            if not rest or (kind == _STATIC and text not in (value, unquote(value))):
                return None
            if kind == _ONE:
                if not value:
                    return None
                found[text] = unquote(value)
        return found if len(segments) == len(self.parts) else None


def _part(key: str, segment: str) -> tuple[int, str]:
    variable = _VARIABLE.fullmatch(segment)
    if variable is not None:
        return (_REST if variable[2] else _ONE, variable[1])
    if "{" in segment or "}" in segment:
        raise InvalidRouteKeyError(f"A path variable must be a whole segment: {key}")
    return _STATIC, segment


@dataclass(frozen=True, slots=True)
class Match:
    """The route's key and its path variables."""

    key: str
    variables: Mapping[str, str] = field(default_factory=dict)


class RouteTable:
    """All routes of a deployment."""

    def __init__(self, keys: Iterable[str]) -> None:
        keys = list(keys)
        self._default = DEFAULT in keys
        self._routes = sorted((RouteKey.parse(key) for key in keys if key != DEFAULT), key=lambda route: route.rank)

    def find(self, method: str, raw_path: str) -> Match | None:
        """The most specific route: full matches, then greedy ones, then ``$default``; a method before ``ANY``."""
        segments = raw_path[1:].split("/") if raw_path not in ("", "/") else []
        for route in self._routes:
            variables = route.match(method, segments)
            if variables is not None:
                return Match(route.text, variables)
        return Match(DEFAULT) if self._default else None


def check_route_key(text: str) -> None:
    """Raise InvalidRouteKeyError for what is no route key."""
    if text != DEFAULT:
        RouteKey.parse(text)
