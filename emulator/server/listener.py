"""One port for plain and TLS connections: the first byte of a connection tells which it is."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, cast

log = logging.getLogger("emulator.server")

TLS_HANDSHAKE = 0x16  # RFC 8446 §5.1: the record type of a ClientHello; no HTTP method begins with it
ProtocolFactory = Callable[[], asyncio.Protocol]


def tls_context(certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """The server's TLS settings; without arguments the development certificate that ships with the package."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # TLS 1.3 tickets arrive after the handshake.  A client that reads in one thread while another writes its first
    # request (as websockets' threading client does) uses one OpenSSL object in both, and can lose the request.
    context.num_tickets = 0
    folder = resources.files("emulator.server") / "tls"
    with resources.as_file(folder) as shipped:
        context.load_cert_chain(
            certificate or shipped / "cert.pem", key or (shipped / "key.pem" if not certificate else None)
        )
    return context


def _after_handshake(waiter: asyncio.Future[None]) -> None:
    """A client that does not trust the certificate leaves; that is its own affair."""
    if not waiter.cancelled() and (error := waiter.exception()) is not None:
        log.info("a TLS handshake failed: %s", error)


class FirstByte(asyncio.Protocol):
    """Looks at the first byte of a connection, then hands it to the HTTP protocol, through TLS where it asks for it."""

    def __init__(self, factory: ProtocolFactory, listener: Listener) -> None:
        self._factory = factory
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._secure: SSLProtocol | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._listener.held.add(self)
        if self._listener.closed:  # accepted in the very moment in which the listener was closed
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._secure is not None:
            self._feed(data)
            return
        assert self._transport is not None
        if data[0] == TLS_HANDSHAKE:
            loop = asyncio.get_running_loop()
            waiter = loop.create_future()
            waiter.add_done_callback(_after_handshake)
            self._secure = SSLProtocol(loop, self._factory(), self._listener.tls(), waiter=waiter, server_side=True)
            self._secure.connection_made(self._transport)
            self._feed(data)
            return
        self._listener.held.discard(self)
        protocol = self._factory()
        protocol.connection_made(self._transport)
        self._transport.set_protocol(protocol)
        protocol.data_received(data)

    def _feed(self, data: bytes) -> None:
        """Hand encrypted bytes to asyncio's TLS protocol, which reads through a buffer of its own."""
        assert self._secure is not None
        view = memoryview(data)
        while view:
            buffer: Any = self._secure.get_buffer(len(view))
            count = min(len(buffer), len(view))
            buffer[:count] = view[:count]
            self._secure.buffer_updated(count)
            view = view[count:]

    def eof_received(self) -> None:
        if self._secure is not None:
            self._secure.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._listener.held.discard(self)
        if self._secure is not None:
            self._secure.connection_lost(exc)

    def pause_writing(self) -> None:
        if self._secure is not None:
            self._secure.pause_writing()

    def resume_writing(self) -> None:
        if self._secure is not None:
            self._secure.resume_writing()

    @property
    def silent(self) -> bool:
        """Whether it has not said a word."""
        return self._secure is None

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Listener:
    """Sockets that accept connections.  ``port`` 0 picks a free one, the same for every address of ``host``."""

    def __init__(self, host: str, port: int, tls: Callable[[], ssl.SSLContext] = tls_context) -> None:
        self._make_tls = tls
        self._context: ssl.SSLContext | None = None
        self._servers: list[asyncio.Server] = []
        self.held: set[FirstByte] = set()
        """Connections that have not said a word, and those in TLS."""
        self.closed = False
        self.sockets = _bind(host, port)
        self.port: int = self.sockets[0].getsockname()[1]

    async def start(self, factory: ProtocolFactory) -> None:
        loop = asyncio.get_running_loop()
        for sock in self.sockets:
            server = await loop.create_server(lambda: FirstByte(factory, self), sock=sock, backlog=2048)
            self._servers.append(server)

    def tls(self) -> ssl.SSLContext:
        if self._context is None:  # loaded on first use: most houses never see TLS
            self._context = self._make_tls()
        return self._context

    def close(self) -> None:
        """Stop accepting and drop connections that have not said a word."""
        self.closed = True
        for server in self._servers:
            server.close()
        for connection in list(self.held):
            if connection.silent:
                connection.abort()
        for sock in self.sockets:
            sock.close()

    def abort(self) -> None:
        """Cut what is left after `close`: TLS connections whose other end does not answer."""
        for connection in list(self.held):
            connection.abort()


def _bind(host: str, port: int) -> list[socket.socket]:
    """Bind every address of ``host`` to the same port; raises OSError."""
    sockets: list[socket.socket] = []
    infos = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    try:
        for family, kind, protocol, _, address in dict.fromkeys(infos):
            sock = socket.socket(family, kind, protocol)
            sockets.append(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound = sockets[0].getsockname()[1] if len(sockets) > 1 else port
            sock.bind((address[0], bound, *address[2:]))
            sock.setblocking(False)
    except OSError:
        for sock in sockets:
            sock.close()
        raise
    return sockets
