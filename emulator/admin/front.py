"""The control API's door: health is answered at once, everything else by a FastAPI application loaded on first use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from emulator.services.sns.signature import certificate, certificate_name
from emulator.version import VERSION

if TYPE_CHECKING:
    from emulator.app import Emulator

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
HEALTH = (b"/_emulator/health", b"/_localstack/health")


class ControlFront:
    """``/_emulator/*``, and ``/_localstack/health`` for wait scripts that exist already.

    FastAPI takes 0.4 s to import: a start-up or a test that never asks for more than health does not pay it.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._app: App | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["raw_path"].rstrip(b"/") in HEALTH:
            await _send_json(send, self.health())
            return
        if scope["type"] == "http" and scope["raw_path"].endswith(b".pem") and _names_certificate(scope["raw_path"]):
            await _send_body(send, certificate(), b"application/x-pem-file")
            return
        if self._app is None:
            from emulator.admin.api import control_app

            self._app = control_app(self._emulator)
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        except asyncio.CancelledError:  # the emulator ends: streams end with it
            await answer.finish()

    def health(self) -> dict[str, Any]:
        services = dict.fromkeys(self._emulator.operations.services, "available")
        return {
            "status": "running",
            "version": VERSION,
            "services": services,
            "clock": self._emulator.ground.clock.mode,
        }


class _Answer:
    """Remembers how far an answer has come."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._started = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self._started = True
        await self._send(message)

    async def finish(self) -> None:
        if not self._started:
            headers = [(b"content-length", b"0"), (b"connection", b"close")]
            await self._send({"type": "http.response.start", "status": 503, "headers": headers})
        await self._send({"type": "http.response.body", "body": b""})


def _names_certificate(path: bytes) -> bool:
    """SigningCertURL of SNS messages: under the control API, or at the root when AWS's host name leads here."""
    return path.removeprefix(b"/_emulator/sns") == f"/{certificate_name()}".encode()


async def _send_json(send: Any, value: Any) -> None:
    await _send_body(send, json.dumps(value).encode(), b"application/json")


async def _send_body(send: Any, body: bytes, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
