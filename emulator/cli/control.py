"""Talking to a running emulator's control API, with the standard library only: these commands must start fast."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import click


class Control:
    """The control API at ``endpoint``.  Every failure becomes a ClickException that says what to do."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint.rstrip("/")

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._ask("POST", path, body)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PUT", path, body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        with self._open(method, path, body) as response:
            return json.load(response)

    def _open(self, method: str, path: str, body: dict[str, Any] | None, timeout: float | None = 90) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(
            f"{self._endpoint}/_emulator{path}", data, {"content-type": "application/json"}, method=method
        )
        try:
            return urlopen(request, timeout=timeout)
        except HTTPError as error:
            raise click.ClickException(_reason(error)) from None
        except (URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise click.ClickException(
                f"no emulator answers at {self._endpoint} ({reason}).  Start one with 'emulator up', "
                "or say where it is with --endpoint."
            ) from None

    def follow(self) -> Iterator[dict[str, Any]]:
        """Hops as they end, for ever."""
        with self._open("GET", "/journal/stream", None, timeout=None) as response:
            for line in response:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])


def quoted(text: str) -> str:
    return quote(text, safe="")


def _reason(error: HTTPError) -> str:
    try:
        detail = json.load(error).get("detail")
    except (ValueError, AttributeError):
        detail = None
    return str(detail or f"HTTP {error.code} {error.reason}")
