"""A request to an HTTP API as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """``path`` is percent-encoded and begins below the API; ``headers`` are in the client's spelling and order."""

    method: str
    host: str
    path: str
    query: str
    headers: Pairs
    body: bytes
    peer: str
    protocol: str = "HTTP/1.1"

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any], body: bytes, api_id: str) -> HttpRequest:
        """Read an ASGI ``http`` scope whose address names ``api_id``."""
        spelled = (scope.get("extensions") or {}).get("emulator.headers") or scope["headers"]
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in spelled)
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        return cls(
            scope["method"],
            next((value for name, value in headers if name.lower() == "host"), ""),
            path_below(raw_path, api_id),
            scope.get("query_string", b"").decode("latin-1"),
            headers,
            body,
            (scope.get("client") or ("127.0.0.1", 0))[0],
            f"HTTP/{scope.get('http_version', '1.1')}",
        )

    def header(self, name: str) -> str | None:
        """All values of a header joined by commas; None when it is missing."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(found) if found else None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query, decoded, in order."""
        return parse_qsl(self.query, keep_blank_values=True)

    def parameter(self, name: str) -> str | None:
        """All values of a query parameter joined by commas; None when it is missing."""
        found = [value for key, value in self.parameters if key == name]
        return ",".join(found) if found else None


def path_below(raw_path: str, api_id: str) -> str:
    """What follows the API in a path of either form (``/_aws/execute-api/{api}/…``, or AWS's own)."""
    collapsed = raw_path.lstrip("/")
    head, _, rest = collapsed.partition("/execute-api")
    rest = rest.lstrip("/")
    if head.rstrip("/") == "_aws" and (rest == api_id or rest.startswith(api_id + "/")):
        return rest[len(api_id) :] or "/"
    return raw_path or "/"


def joined(pairs: Pairs | list[tuple[str, str]], lower: bool = False) -> dict[str, str]:
    """Repeated names joined by commas, in order of their first occurrence."""
    values: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower() if lower else name
        values[key] = f"{values[key]},{value}" if key in values else value
    return values
