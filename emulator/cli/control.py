"""Talking to a running emulator's control API, with the standard library only: these commands must start fast."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from ssl import SSLError
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

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
            try:
                return json.load(response)
            except ValueError:
                raise no_emulator(self._endpoint) from None

    def _open(self, method: str, path: str, body: dict[str, Any] | None, timeout: float | None = 90) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(
            f"{self._endpoint}/_emulator{path}", data, {"content-type": "application/json"}, method=method
        )
        try:
            return open_url(request, timeout)
        except HTTPError as error:
            raise click.ClickException(_reason(error)) from None
        except (OSError, HTTPException, ValueError) as error:
            raise unreachable(self._endpoint, error) from None

    def follow(self) -> Iterator[dict[str, Any]]:
        """Hops as they end, until the emulator ends."""
        with self._open("GET", "/journal/stream", None, timeout=None) as response, suppress(OSError, HTTPException):
            for line in response:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])


def open_url(request: Request, timeout: float | None) -> Any:
    """An answer whose status is below 400; the machine's proxies are not asked.  Raises HTTPError, OSError."""
    return build_opener(ProxyHandler({})).open(request, timeout=timeout)


def unreachable(endpoint: str, error: Exception) -> click.ClickException:
    """Nobody listens there: what to do about it."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, SSLError):
        return click.ClickException(f"{endpoint}: {reason}.  An emulator speaks http:// on the same port.")
    return click.ClickException(
        f"no emulator answers at {endpoint} ({reason}).  "
        "Start one with 'emulator up', or say where it is with --endpoint."
    )


def no_emulator(endpoint: str) -> click.ClickException:
    """Somebody else listens there."""
    return click.ClickException(f"what answers at {endpoint} is no emulator.  Say where it is with --endpoint.")


def quoted(text: str) -> str:
    return quote(text, safe="")


def _reason(error: HTTPError) -> str:
    try:
        detail = json.load(error).get("detail")
    except (ValueError, AttributeError):
        detail = None
    if isinstance(detail, list):  # what pydantic has found
        detail = "; ".join(str(finding.get("msg", finding)) for finding in detail if isinstance(finding, dict))
    return str(detail or f"HTTP {error.code} {error.reason}")
