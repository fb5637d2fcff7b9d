"""Open connections, for people and tests."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Ground
from emulator.services.apigateway import lifecycle
from emulator.services.apigateway.connection import ConnectionStore


def describe(ground: Ground) -> list[dict[str, Any]]:
    """Open connections, oldest first: ``connectionId apiId stage account region connectedAt lastActiveAt identity``."""
    return [connection.describe() for connection in ground.cloud.shared(ConnectionStore)]


def drop(ground: Ground, connection_id: str) -> bool:
    """Cut a connection without a close frame, as a lost network does (1006); False when there is none of that id."""
    connection = ground.cloud.shared(ConnectionStore).get(connection_id)
    if connection is None:
        return False
    lifecycle.drop(ground, connection)
    return True
