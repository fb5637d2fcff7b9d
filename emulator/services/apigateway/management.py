"""Operations of ``apigatewaymanagementapi`` for callers inside the emulator; HTTP requests come through the front."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.apigateway import callbacks
from emulator.services.apigateway.resources import Params


async def post_to_connection(call: Call, params: Params) -> dict[str, Any]:
    connection = callbacks.find_connection(call.ground, params["ConnectionId"])
    data = params["Data"]
    await callbacks.post(call.ground, connection, data.encode() if isinstance(data, str) else data, call.cause)
    return {}


def get_connection(call: Call, params: Params) -> dict[str, Any]:
    return callbacks.describe(callbacks.find_connection(call.ground, params["ConnectionId"]))


async def delete_connection(call: Call, params: Params) -> dict[str, Any]:
    connection = callbacks.find_connection(call.ground, params["ConnectionId"])
    await callbacks.delete(call.ground, connection, call.cause)
    return {}
