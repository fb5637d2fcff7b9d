"""When an emulator has nothing left to do."""

from __future__ import annotations

import asyncio
import json
import time

from benchmarks.http_load import HttpConnection

PAUSE, LIMIT = 0.005, 120.0


async def until_idle(port: int, timers: int = 0) -> None:
    """Return when no unit of work is busy and at most ``timers`` timers wait; raise TimeoutError after two minutes."""
    request = f"GET /_emulator/clock HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    connection = await HttpConnection.open(port)
    end = time.monotonic() + LIMIT
    while True:
        found = json.loads(await connection.send(request))
        if not found["busy"] and found["timers"] <= timers:
            connection.close()
            return
        if time.monotonic() > end:
            raise TimeoutError(f"still busy: {found}")
        await asyncio.sleep(PAUSE)
