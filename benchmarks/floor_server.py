"""The servers that cannot be beaten: a bare ASGI echo on the emulator's server classes, for HTTP and WebSocket.

``python -m benchmarks.floor_server`` prints its port and serves until it is ended.
"""

from __future__ import annotations

import socket
from typing import Any

import uvicorn


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with what was sent."""
    if scope["type"] == "http":
        body = (await receive())["body"]
        headers = [(b"content-type", b"application/x-amz-json-1.1"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        loop="uvloop",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        ws_per_message_deflate=False,
    )
    print(f"port {listener.getsockname()[1]};", flush=True)
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
