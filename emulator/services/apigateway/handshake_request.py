"""The opening handshake as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HandshakeRequest:
    """``headers`` in the client's spelling and order; ``query`` decoded, in order; ``peer`` the client's IP address."""

    host: str
    raw_path: str
    headers: Headers
    query: tuple[tuple[str, str], ...]
    peer: str

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any]) -> HandshakeRequest:
        """Read an ASGI ``websocket`` scope."""
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        client = scope.get("client") or ("127.0.0.1", 0)
        raw_path = scope.get("raw_path") or scope["path"].encode()
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        return cls(_first(headers, "host"), raw_path.decode("latin-1"), headers, tuple(query), client[0])

    def header(self, name: str) -> str:
        """The last value of a header, case-insensitive; empty when it is missing."""
        wanted = name.lower()
        return next((value for key, value in reversed(self.headers) if key.lower() == wanted), "")

    def parameter(self, name: str) -> str:
        """The last value of a query parameter; empty when it is missing."""
        return next((value for key, value in reversed(self.query) if key == name), "")


def _first(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")
