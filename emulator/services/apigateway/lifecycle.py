"""The life of a connection after its 101: limits on its time, its end, and ``$disconnect``."""

from __future__ import annotations

import contextlib
import functools

from emulator.core.cause import Cause
from emulator.core.ground import Ground
from emulator.core.timers import TimerKind
from emulator.services.apigateway.connection import Connection, ConnectionStore
from emulator.services.apigateway.events import Occasion
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.integration import integrate
from emulator.services.apigateway.store import ApiIndex

REQUEST_MARK = 5
NORMAL = (1000, "Connection Closed Normally")
GOING_AWAY = (1001, "Going away")
UNSUPPORTED_DATA = (1003, "Unsupported data")
NO_STATUS = (1005, "Client-side close frame status not set")
ABNORMAL = (1006, "Connection closed abnormally")


def begin(ground: Ground, connection: Connection) -> None:
    """The connection is open from now on; its idle time and its total time run."""
    ground.cloud.shared(ConnectionStore).add(connection)
    clock, settings = ground.clock, ground.settings
    end_of_life = connection.connected_at + settings.connection_duration
    connection.idle_timer = clock.at(
        connection.last_active_at + settings.idle_timeout,
        functools.partial(_look_whether_idle, ground, connection),
        TimerKind.OUTSIDE,
        "idle connection",
    )
    connection.life_timer = clock.at(
        end_of_life, functools.partial(_time_is_over, ground, connection), TimerKind.STANDING, "connection duration"
    )


def _look_whether_idle(ground: Ground, connection: Connection) -> None:
    """The only idle timer of a connection: frames do not touch the heap, it aims again when it finds itself early."""
    if connection.ended:
        return
    due = connection.last_active_at + ground.settings.idle_timeout
    if due <= ground.clock.now() + 1e-6:
        _time_is_over(ground, connection)
        return
    born = connection.idle_timer.born if connection.idle_timer is not None else None
    again = functools.partial(_look_whether_idle, ground, connection)
    connection.idle_timer = ground.clock.at(due, again, TimerKind.OUTSIDE, "idle connection")
    if born is not None:
        connection.idle_timer.born = born


def _time_is_over(ground: Ground, connection: Connection) -> None:
    ground.clock.spawn(close(ground, connection, *GOING_AWAY), f"close {connection.connection_id}")


def end(ground: Ground, connection: Connection, code: int, reason: str, cause: Cause | None = None) -> bool:
    """The connection is over: forget it and run ``$disconnect``.  False when that was done before."""
    if not abandon(ground, connection):
        return False
    cause = cause or ground.new_cause()
    work = _disconnect(ground, connection, code, reason, cause)
    ground.clock.spawn(work, f"$disconnect of {connection.connection_id}")
    return True


def abandon(ground: Ground, connection: Connection) -> bool:
    """Forget a connection without ``$disconnect``: part of a reset."""
    if connection.ended:
        return False
    connection.ended = True
    ground.cloud.shared(ConnectionStore).remove(connection)
    for timer in (connection.idle_timer, connection.life_timer):
        if timer is not None:
            timer.cancel()
    connection.idle_timer = connection.life_timer = None
    return True


async def close(ground: Ground, connection: Connection, code: int, reason: str, cause: Cause | None = None) -> None:
    """Close from the server's side with a close frame, then run ``$disconnect``."""
    if end(ground, connection, code, reason, cause) and connection.send is not None:
        with contextlib.suppress(OSError):
            await connection.send({"type": "websocket.close", "code": code, "reason": reason})
        ground.clock.contact()


def drop(ground: Ground, connection: Connection) -> None:
    """Cut the TCP connection without a close frame, as a lost network does: the client and ``$disconnect`` see 1006."""
    if connection.socket is not None:
        connection.socket.abort()
    end(ground, connection, *ABNORMAL)


def close_those_of(ground: Ground, api_id: str, stage: str | None, cause: Cause) -> None:
    """Close the connections of a deleted stage, or API (``stage`` None), with 1001."""
    for connection in ground.cloud.shared(ConnectionStore):
        if connection.api_id == api_id and stage in (None, connection.stage):
            work = close(ground, connection, *GOING_AWAY, cause)
            ground.clock.spawn(work, f"close {connection.connection_id}")


def reason_of(code: int, reason: str) -> str:
    """``disconnectReason`` for a close that the client's side began."""
    return {NO_STATUS[0]: NO_STATUS[1], ABNORMAL[0]: ABNORMAL[1]}.get(code, reason)


async def _disconnect(ground: Ground, connection: Connection, code: int, reason: str, cause: Cause) -> None:
    """Run the ``$disconnect`` route of what the stage serves now; its result is ignored."""
    hop = ground.journal.note(
        "disconnect", connection.connection_id, connection.arn, cause, outcome=str(code), reason=reason
    )
    api = ground.cloud.shared(ApiIndex).apis.get(connection.api_id)
    served = api.deployed(connection.stage) if api is not None else None
    plan = served[1].routes.get("$disconnect") if served is not None else None
    if served is None or plan is None or plan.integration is None:
        return
    request_id = ground.ids.gateway(REQUEST_MARK)
    occasion = Occasion("DISCONNECT", "$disconnect", request_id, ground.clock.now(), status_code=code, reason=reason)
    await integrate(Exchange(ground, connection, plan, served[0], occasion, hop.cause))
