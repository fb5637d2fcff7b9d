"""The HTTP protocol of one connection: uvicorn's, with the client's spelling of header names kept."""

from __future__ import annotations

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class HttpProtocol(HttpToolsProtocol):
    """API Gateway hands header names to functions as the client wrote them; ASGI's scope holds them in lower case.

    The spelling goes into ``scope["extensions"]["emulator.headers"]`` and into the WebSocket handshake.
    """

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._spelled: list[tuple[bytes, bytes]] = []
        self.scope["extensions"] = {"emulator.headers": self._spelled}  # type: ignore[dict-item]

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._spelled.append((name, value))

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, but frames that come in one segment with the handshake are not lost."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            text = "Invalid HTTP request received."
            self.logger.warning(text)
            self.send_400_response(text)

    def _upgrade(self, early: bytes) -> None:
        self.connections.discard(self)
        lines = [self.scope["method"].encode(), b" ", self.url, b" HTTP/1.1\r\n"]
        for name, value in self._spelled:
            lines += [name, b": ", value, b"\r\n"]
        lines.append(b"\r\n")
        protocol = self.ws_protocol_class(  # type: ignore[call-arg, misc]
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        protocol.connection_made(self.transport)
        protocol.data_received(b"".join(lines))
        self.transport.set_protocol(protocol)
        if early:
            protocol.data_received(early)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # its timer would keep the connection, and the last request, in memory

    def abort(self) -> None:
        """Cut the connection, whatever waits to be sent."""
        self.transport.abort()
