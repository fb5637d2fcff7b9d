"""What the client gets, before CORS and the request id are added."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.core.jsontext import compact

JSON = "application/json"


@dataclass(slots=True)
class Answer:
    """``headers`` in order, names as given; ``error`` names what API Gateway itself answers, for the journal."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    error: str = ""

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(found) if found else None


def failure(status: int, message: str, *headers: tuple[str, str], reason: str = "") -> Answer:
    """API Gateway's own answer, ``{"message": …}``."""
    body = compact({"message": message}).encode()
    return Answer(status, [("content-type", JSON), *headers], body, reason or message)


def not_found() -> Answer:
    return failure(404, "Not Found")


def forbidden(reason: str = "") -> Answer:
    return failure(403, "Forbidden", reason=reason)


def internal_error(reason: str = "") -> Answer:
    return failure(500, "Internal Server Error", reason=reason)


def unavailable(reason: str = "") -> Answer:
    return failure(503, "Service Unavailable", reason=reason)
