"""The control API under ``/_emulator/``: health, reset, status, journal, traces, clock, connections.

``/_emulator/docs`` shows all of it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from emulator.admin.docs_page import docs_page
from emulator.admin.ecs import ecs_metadata
from emulator.admin.mails import add_mails
from emulator.admin.sns import sns_messages
from emulator.admin.views import find_trace, hop_view, resources, trace_summary
from emulator.core.journal import Hop
from emulator.core.workload import ClockStuckError
from emulator.services.apigateway import connections
from emulator.version import VERSION

if TYPE_CHECKING:
    from emulator.app import Emulator


class Advance(BaseModel):
    """How far time moves, in seconds."""

    seconds: float = Field(ge=0, le=366 * 86400 * 10)


class Mode(BaseModel):
    """``real``, ``auto``, ``manual`` or a rate such as ``60x``."""

    mode: str


def control_app(emulator: Emulator) -> FastAPI:
    """The application; made once per emulator, on first use."""
    app = FastAPI(
        title="aws-task-emulator control API",
        version=VERSION,
        openapi_url="/_emulator/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.add_exception_handler(RequestValidationError, _refused)
    _docs(app)
    _house(app, emulator)
    _journal(app, emulator)
    _clock(app, emulator)
    _connections(app, emulator)
    add_mails(app, emulator)
    sns_messages(app, emulator)
    ecs_metadata(app, emulator)
    return app


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """What was found, without what was given: that may be NaN, which no JSON can tell."""
    assert isinstance(error, RequestValidationError)
    found = [{name: finding[name] for name in ("type", "loc", "msg")} for finding in error.errors()]
    return JSONResponse({"detail": found}, 422)


def _docs(app: FastAPI) -> None:
    @app.get("/_emulator/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()))


def _house(app: FastAPI, emulator: Emulator) -> None:
    @app.get("/_emulator/health", summary="That it runs, and what it offers")
    async def health() -> dict[str, Any]:
        return emulator.control.health()

    @app.post("/_emulator/reset", summary="Forget every resource, process, timer and hop")
    async def reset() -> dict[str, str]:
        await emulator.reset()
        return {"status": "reset"}

    @app.get("/_emulator/status", summary="What exists, and what is busy")
    async def status() -> dict[str, Any]:
        return {
            "version": VERSION,
            "endpoint": emulator.url,
            "clock": emulator.ground.clock.status(),
            "resources": await resources(emulator),
        }


def _journal(app: FastAPI, emulator: Emulator) -> None:
    journal = emulator.ground.journal

    @app.get("/_emulator/journal", summary="Hops, oldest first")
    async def hops(
        trace: str = "",
        kind: str = "",
        after: Annotated[int, Query(description="only hops with a larger seq")] = 0,
        limit: Annotated[int, Query(ge=1, le=50_000)] = 1000,
    ) -> dict[str, Any]:
        chosen = journal.of(trace) if trace else list(journal)
        chosen = [hop for hop in chosen if hop.seq > after and (not kind or hop.kind == kind)]
        return {"hops": [hop_view(hop) for hop in chosen[-limit:]]}

    @app.get("/_emulator/journal/stream", summary="Hops as they end, as server-sent events")
    async def stream() -> StreamingResponse:
        return StreamingResponse(_follow(emulator), media_type="text/event-stream")

    @app.get("/_emulator/traces", summary="The latest traces")
    async def traces(limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> dict[str, Any]:
        return {"traces": [trace_summary(journal.of(trace)) for trace in journal.traces()[-limit:]]}

    @app.get("/_emulator/traces/{text}", summary="One trace: by its id, or by any id in it")
    async def one_trace(text: str) -> dict[str, Any]:
        found = find_trace(journal, text)
        if found is None:
            raise HTTPException(404, f"no trace {text!r} in the journal")
        return {"trace": found, "hops": [hop_view(hop) for hop in journal.of(found)]}


async def _follow(emulator: Emulator) -> AsyncIterator[str]:
    queue: asyncio.Queue[Hop] = asyncio.Queue(maxsize=10_000)

    def push(hop: Hop) -> None:
        if not queue.full():  # a reader that does not read loses hops, the house loses nothing
            queue.put_nowait(hop)

    stop = emulator.ground.journal.follow(push)
    try:
        yield ": listening\n\n"
        while True:
            hop = await queue.get()
            yield f"id: {hop.seq}\nevent: hop\ndata: {json.dumps(hop_view(hop))}\n\n"
    finally:
        stop()


def _clock(app: FastAPI, emulator: Emulator) -> None:
    clock = emulator.ground.clock

    @app.get("/_emulator/clock", summary="What time it is, what keeps it from moving, what comes next")
    async def status() -> dict[str, Any]:
        return clock.status()

    @app.post("/_emulator/clock/advance", summary="Move time on, timer by timer")
    async def advance(body: Advance) -> dict[str, Any]:
        try:
            await clock.advance(body.seconds)
        except ClockStuckError as stuck:
            raise HTTPException(409, str(stuck)) from None
        return clock.status()

    @app.post("/_emulator/clock/hold", summary="Stop jumping until release")
    async def hold() -> dict[str, Any]:
        clock.hold_on()
        return clock.status()

    @app.post("/_emulator/clock/release", summary="End a hold")
    async def release() -> dict[str, Any]:
        clock.hold_off()
        return clock.status()

    @app.put("/_emulator/clock", summary="Change the mode")
    async def mode(body: Mode) -> dict[str, Any]:
        try:
            clock.configure(body.mode)
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
        return clock.status()


def _connections(app: FastAPI, emulator: Emulator) -> None:
    ground = emulator.ground

    @app.get("/_emulator/connections", summary="Open WebSocket connections")
    async def list_connections() -> dict[str, Any]:
        return {"connections": connections.describe(ground)}

    @app.delete("/_emulator/connections/{connection_id}", summary="Cut a connection without a close frame")
    async def drop(connection_id: str) -> dict[str, str]:
        if not connections.drop(ground, connection_id):
            raise HTTPException(404, f"no open connection {connection_id!r}")
        return {"status": "dropped"}
