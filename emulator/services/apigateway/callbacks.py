"""``@connections``: what a back end may do with a connection, apart from HTTP."""

from __future__ import annotations

from typing import Any

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.core.timestamps import milliseconds
from emulator.services.apigateway import lifecycle
from emulator.services.apigateway.address import is_connection_id
from emulator.services.apigateway.connection import Connection, ConnectionStore

PAYLOAD_LIMIT = 131_072


def find_connection(ground: Ground, connection_id: str) -> Connection:
    """An open connection; raises BadRequestException for a malformed id and GoneException for any other.

    A connection is not there before its 101: ``$connect`` cannot write to it (AWS knowledge center).
    """
    if not is_connection_id(connection_id):
        raise AwsError("BadRequestException", f"Invalid connectionId: {connection_id}")
    connection = ground.cloud.shared(ConnectionStore).get(connection_id)
    if connection is None:
        raise AwsError("GoneException", None)
    return connection


async def post(ground: Ground, connection: Connection, data: bytes, cause: Cause) -> None:
    """Send ``data`` as one text message; it is on its way when this returns.

    Raises PayloadTooLargeException, LimitExceededException, GoneException.
    """
    if len(data) > PAYLOAD_LIMIT and ground.settings.enforce_quotas:
        raise AwsError("PayloadTooLargeException", "Message too long")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        ground.journal.note("warning", connection.arn, connection.connection_id, cause, "data is not UTF-8")
    hop = ground.journal.begin("frame-out", connection.arn, connection.connection_id, cause, None, text)
    try:
        await connection.send_text(ground, text)
    except AwsError as error:
        ground.journal.end(hop, error.code)
        raise
    ground.journal.end(hop)


def describe(connection: Connection) -> dict[str, Any]:
    """GetConnection's answer in the service model's names; times in epoch seconds."""
    identity = {"SourceIp": connection.identity["sourceIp"], "UserAgent": connection.identity.get("userAgent", "")}
    return {
        "ConnectedAt": milliseconds(connection.connected_at) / 1000,
        "Identity": identity,
        "LastActiveAt": milliseconds(connection.last_active_at) / 1000,
    }


async def delete(ground: Ground, connection: Connection, cause: Cause) -> None:
    """Close with 1000, then run ``$disconnect``."""
    await lifecycle.close(ground, connection, *lifecycle.NORMAL, cause)
