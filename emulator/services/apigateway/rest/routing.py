"""Which resource and method a request means (AWS docs, "Set up REST API methods"; order recorded from AWS).

From the left, a static part beats a variable, and that beats a greedy one.  A resource that lacks the method is passed
over for a less specific one that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.services.apigateway.http.route_keys import InvalidRouteKeyError, RouteKey

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Match:
    """``method`` is the resource's entry for the request's verb, or for ``ANY``; ``variables`` are decoded."""

    resource: Item
    verb: str
    method: Item
    variables: Mapping[str, str]


class ResourceTable:
    """All methods of a deployment, the most specific first."""

    def __init__(self, resources: Iterable[Item]) -> None:
        known: list[tuple[RouteKey, Item]] = []
        for resource in resources:
            for verb in resource.get("resourceMethods") or {}:
                try:
                    known.append((RouteKey.parse(f"{verb} {resource['path']}"), resource))
                except InvalidRouteKeyError:
                    continue  # no request can mean it
        self._known = sorted(known, key=lambda entry: _rank(entry[0]))

    def find(self, verb: str, raw_path: str) -> Match | None:
        """The method that serves a request; a slash at the end of the path does not count."""
        path = raw_path.rstrip("/")
        segments = path[1:].split("/") if path else []
        for key, resource in self._known:
            variables = key.match(verb, segments)
            if variables is not None:
                return Match(resource, key.method, resource["resourceMethods"][key.method], variables)
        return None


def _rank(key: RouteKey) -> tuple[tuple[int, ...], bool]:
    return tuple(kind for kind, _ in key.parts), key.method == "ANY"
