"""TCP clients that need not behave: bytes as they are, WebSocket frames as one likes them."""

import base64
import os
import socket
import struct
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

TIMEOUT = 5.0
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class RawSocket:
    """A TCP connection to the emulator behind ``url``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname, parts.port or 80), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def send(self, data: bytes) -> None:
        """Send all of it; a server that has hung up meanwhile is no error."""
        with suppress(OSError):
            self.socket.sendall(data)

    def dribble(self, data: bytes) -> None:
        """Send every byte as a packet of its own."""
        for number in range(len(data)):
            self.send(data[number : number + 1])

    def end(self) -> None:
        """Half-close: nothing more will come."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def read_all(self) -> bytes:
        """Everything until the server closes; raises TimeoutError when it does not."""
        parts = [self._rest]
        self._rest = b""
        with suppress(ConnectionError):
            while data := self.socket.recv(65536):
                parts.append(data)
        return b"".join(parts)

    def read_head(self) -> bytes:
        """An answer's status line and headers."""
        while b"\r\n\r\n" not in self._rest:
            data = self.socket.recv(65536)
            if not data:
                break
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head

    def read_exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the server has closed")
            self._rest += data
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    # WebSocket

    def upgrade(self, path: str, **headers: str) -> bytes:
        """Ask for a WebSocket; gives the answer's head.  ``headers`` replace the usual ones (``""``: leave out)."""
        usual = {
            "Host": self.host,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }
        merged = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in merged.items() if value)]
        self.send("\r\n".join([*lines, "", ""]).encode())
        return self.read_head()

    def read_frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame."""
        first, length = self.read_exactly(2)
        if length == 126:
            (length,) = struct.unpack(">H", self.read_exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self.read_exactly(8))
        return first & 0x0F, self.read_exactly(length)

    def read_close(self) -> int:
        """The code of the close frame that must come next."""
        opcode, payload = self.read_frame()
        assert opcode == CLOSE, payload
        return int.from_bytes(payload[:2], "big")

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def frame(payload: bytes, opcode: int = TEXT, fin: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    """A client's WebSocket frame (RFC 6455 §5.2)."""
    head = bytes([(fin << 7) | (reserved << 4) | opcode])
    flag = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([flag | len(payload)])
    elif len(payload) < 65536:
        head += bytes([flag | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([flag | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    body = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return head + mask + body.to_bytes(len(payload), "big")
