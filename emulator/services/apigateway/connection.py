"""A client's connection, and all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Protocol

from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.timers import Timer
from emulator.core.timestamps import iso_milliseconds

Send = Callable[[dict[str, Any]], Awaitable[None]]

BUFFER_LIMIT = 10 * 1024 * 1024
"""Bytes that may wait for a client that does not read; more is LimitExceededException (the amount is ours)."""


class Socket(Protocol):
    """What lies below ASGI, offered by our WebSocket protocol in ``scope["extensions"]["emulator.socket"]``."""

    heard: Callable[[], None] | None
    """Called whenever bytes arrive, before they are understood."""
    framed: Callable[[], None] | None
    """Called for every data frame that does not end its message."""

    def buffered(self) -> int:
        """Bytes that wait to be sent."""

    def abort(self) -> None:
        """Drop the TCP connection without a close frame."""


class Connection:
    """One WebSocket connection after its 101.  ``identity`` and ``authorizer`` go into every event as they are."""

    __slots__ = (
        *("account", "api_id", "authorizer", "connected_at", "connection_id", "domain_name", "ended", "idle_timer"),
        *("identity", "last_active_at", "life_timer", "region", "send", "socket", "stage"),
    )

    def __init__(
        self,
        connection_id: str,
        api: tuple[str, str, str],
        stage: str,
        connected_at: float,
        domain_name: str,
        identity: Mapping[str, str],
    ) -> None:
        self.connection_id = connection_id
        self.account, self.region, self.api_id = api
        self.stage = stage
        self.connected_at = connected_at
        self.last_active_at = connected_at
        self.domain_name = domain_name
        self.identity = identity
        self.authorizer: Mapping[str, Any] | None = None
        self.ended = False
        self.send: Send | None = None
        self.socket: Socket | None = None
        self.idle_timer: Timer | None = None
        self.life_timer: Timer | None = None

    @property
    def arn(self) -> str:
        """The stage it belongs to."""
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}/{self.stage}"

    def touch(self, ground: Ground) -> None:
        """A data frame went by: the idle time starts again, and its timer counts as newly set."""
        self.last_active_at = ground.clock.now()
        if self.idle_timer is not None:
            self.idle_timer.born = ground.clock.real()

    async def send_text(self, ground: Ground, text: str) -> None:
        """One text message; it is in the socket when this returns.

        Raises GoneException, and LimitExceededException when too much waits for the client already.
        """
        if self.ended or self.send is None:
            raise AwsError("GoneException", None)
        if self.socket is not None and self.socket.buffered() + len(text) > BUFFER_LIMIT:
            raise AwsError("LimitExceededException", None)
        try:
            await self.send({"type": "websocket.send", "text": text})
        except OSError:  # the client went before its leaving was noticed
            raise AwsError("GoneException", None) from None
        self.touch(ground)
        ground.clock.contact()

    def describe(self) -> dict[str, Any]:
        """For people and tests: ids, stage, times in ISO 8601 with milliseconds, identity."""
        return {
            "connectionId": self.connection_id,
            "apiId": self.api_id,
            "stage": self.stage,
            "account": self.account,
            "region": self.region,
            "connectedAt": iso_milliseconds(self.connected_at),
            "lastActiveAt": iso_milliseconds(self.last_active_at),
            "identity": dict(self.identity),
        }


class ConnectionStore:
    """Open connections by id.  Ids are unique across APIs, so a connection is found without naming one."""

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._open.values()))

    def add(self, connection: Connection) -> None:
        self._open[connection.connection_id] = connection

    def remove(self, connection: Connection) -> None:
        self._open.pop(connection.connection_id, None)

    def get(self, connection_id: str) -> Connection | None:
        return self._open.get(connection_id)
