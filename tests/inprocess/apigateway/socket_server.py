"""A real port with the emulator's own HTTP and WebSocket protocols, in the test's loop."""

import asyncio
import contextlib
import os
import struct

from apigateway_world import World
from uvicorn.config import Config
from uvicorn.server import ServerState

from emulator.core.clock import Clock
from emulator.server.http_protocol import HttpProtocol
from emulator.server.websocket_protocol import protocol_class
from emulator.services.apigateway import front


@contextlib.asynccontextmanager
async def serving(**settings):
    """A world whose API Gateway listens on ``world.port``; its clock is real."""
    world = World(**settings)
    world.ground.clock = Clock("real")
    world.ground.journal._clock = world.ground.clock
    state = ServerState()

    async def app(scope, receive, send):
        await front.handle_websocket(world.ground, scope, receive, send)

    config = Config(app, http=HttpProtocol, ws=protocol_class(world.ground.settings), lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpProtocol(config, state, {}, loop), "127.0.0.1", 0)
    world.port = server.sockets[0].getsockname()[1]
    world.url = f"ws://127.0.0.1:{world.port}/dev"
    world.state = state
    try:
        yield world
    finally:
        server.close()
        for connection in list(state.connections):
            connection.shutdown()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await world.ground.clock.close()
        await asyncio.sleep(0)


class RawClient:
    """A client that writes frames byte by byte."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port, path="/dev", extra="", early=b""):
        """Connect; ``early`` goes out together with the handshake."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extra}\r\n".encode()
            + early
        )
        client = cls(reader, writer)
        try:
            client.head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except BaseException:
            writer.close()
            raise
        client.status = int(client.head.split()[1])
        return client

    @staticmethod
    def packed(opcode, payload=b"", fin=True):
        mask = os.urandom(4)
        length = len(payload)
        first = (0x80 if fin else 0) | opcode
        if length < 126:
            head = struct.pack("!BB", first, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", first, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", first, 0x80 | 127, length)
        return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))

    def send_frame(self, opcode, payload=b"", fin=True):
        self.writer.write(self.packed(opcode, payload, fin))

    async def frame(self):
        """(opcode, fin, payload) of the next frame."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 0x0F, bool(first & 0x80), await self.reader.readexactly(length)

    async def close_code(self):
        opcode, _, payload = await self.frame()
        assert opcode == 8
        return struct.unpack("!H", payload[:2])[0] if payload else None

    def close(self):
        self.writer.close()
