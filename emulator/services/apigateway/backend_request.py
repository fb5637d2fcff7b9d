"""What a mapped integration sends to its backend: body, and parameters of the three places that HTTP has for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from emulator.wire.messages import header_text

Mapped = str | list[str]


@dataclass(slots=True)
class BackendRequest:
    """What goes to the backend; a list is a multi-value header or query parameter.

    ``content_type`` is the body's unless a mapped header says something else.
    """

    body: bytes
    content_type: str
    header: dict[str, Mapped] = field(default_factory=dict)
    querystring: dict[str, Mapped] = field(default_factory=dict)
    path: dict[str, Mapped] = field(default_factory=dict)

    def one_header(self, name: str) -> str | None:
        """The value of a mapped header, whose case does not matter."""
        for key, value in self.header.items():
            if key.lower() == name.lower():
                return value if isinstance(value, str) else ",".join(value)
        return None

    def headers(self) -> list[tuple[str, str]]:
        return [(name, header_text(value)) for name, value in pairs(self.header)]

    def query(self) -> list[tuple[str, str]]:
        return pairs(self.querystring)


def pairs(values: Mapping[str, Mapped]) -> list[tuple[str, str]]:
    return [(name, text) for name, value in values.items() for text in (value if isinstance(value, list) else [value])]


def filled(url: str, request: BackendRequest) -> str:
    """The URL with ``{name}`` replaced by mapped path parameters."""
    for name, value in request.path.items():
        text = quote(value if isinstance(value, str) else ",".join(value), safe="/")
        url = url.replace(f"{{{name}}}", text).replace(f"{{{name}+}}", text)
    return url
