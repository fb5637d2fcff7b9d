"""The pipeline for one message of a client: route, throttle, validate, integrate, answer.

Messages of one connection are not serialized: each is a process, begun in order of arrival
(AWS docs, "important notes").
"""

from __future__ import annotations

import base64

from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.ground import Ground
from emulator.patterns.route_selection import compile_selection
from emulator.services.apigateway import frames
from emulator.services.apigateway.connection import Connection
from emulator.services.apigateway.events import Occasion
from emulator.services.apigateway.exchange import Exchange
from emulator.services.apigateway.integration import integrate
from emulator.services.apigateway.lifecycle import REQUEST_MARK
from emulator.services.apigateway.model_validation import is_valid
from emulator.services.apigateway.outcome import Failure
from emulator.services.apigateway.routing import select_route
from emulator.services.apigateway.snapshot import RoutePlan, Snapshot
from emulator.services.apigateway.store import ApiIndex, Resource
from emulator.services.apigateway.throttle import ThrottleStore

MESSAGE_MARK = 2


def receive_message(ground: Ground, connection: Connection, text: str) -> None:
    """Begin the process of one message; it starts a trace of its own."""
    connection.touch(ground)
    cause = ground.new_cause()
    at = ground.clock.now()
    ground.clock.spawn(_process(ground, connection, text, cause, at), f"frame of {connection.connection_id}")


async def _process(ground: Ground, connection: Connection, text: str, cause: Cause, at: float) -> None:
    hop = ground.journal.note("frame-in", connection.connection_id, connection.arn, cause, payload=text)
    request_id = ground.ids.gateway(REQUEST_MARK)
    answer, cause = await _answer(ground, connection, text, hop.cause, (request_id, at))
    if answer is not None:
        await send_frame(ground, connection, answer, connection.arn, cause)


async def _answer(
    ground: Ground, connection: Connection, text: str, cause: Cause, request: tuple[str, float]
) -> tuple[str | None, Cause]:
    """The frame to send back, if any, and what caused it."""
    request_id, at = request
    connection_id = connection.connection_id
    api = ground.cloud.shared(ApiIndex).apis.get(connection.api_id)
    served = api.deployed(connection.stage) if api is not None else None
    plan = select_route(served[1], text) if served is not None else None
    if served is None or plan is None:
        hop = ground.journal.note("route", connection.arn, connection.arn, cause, frames.FORBIDDEN)
        return frames.error_frame(frames.FORBIDDEN, connection_id, request_id), hop.cause
    stage, snapshot = served
    hop = ground.journal.begin("route", connection.arn, f"{connection.arn}/{plan.key}", cause)
    message_id = ground.ids.gateway(MESSAGE_MARK, tail_of(connection_id))
    refusal = _refusal(ground, connection, stage, snapshot, plan, text)
    ground.journal.end(hop, refusal or "ok")
    if refusal is not None:
        shown = message_id if refusal == frames.BAD_REQUEST_BODY else None
        return frames.error_frame(refusal, connection_id, request_id, shown), hop.cause
    occasion = Occasion("MESSAGE", plan.key, request_id, at, message_id)
    outcome = await integrate(Exchange(ground, connection, plan, stage, occasion, hop.cause, text))
    if isinstance(outcome, Failure):
        return frames.error_frame(outcome.message, connection_id, request_id), hop.cause
    return (outcome.text or None) if plan.two_way else None, hop.cause


def _refusal(
    ground: Ground, connection: Connection, stage: Resource, snapshot: Snapshot, plan: RoutePlan, text: str
) -> str | None:
    """The message of an error frame for what is throttled or does not fit its model."""
    throttles = ground.cloud.shared(ThrottleStore)
    if not throttles.allows(connection.api_id, stage, plan.key, ground.clock.now()):
        return frames.TOO_MANY_REQUESTS
    if snapshot.validates and not fits_model(snapshot, plan, text):
        return frames.BAD_REQUEST_BODY
    return None


def fits_model(snapshot: Snapshot, plan: RoutePlan, text: str) -> bool:
    """Whether a message satisfies the model that the route's ``modelSelectionExpression`` selects."""
    expression = plan.route.get("ModelSelectionExpression")
    if not expression:
        return True
    selection = compile_selection(expression)
    key = selection.evaluate({}) if selection.is_static else selection.select(text)
    models = plan.route.get("RequestModels", {})
    model = snapshot.models.get(models.get(key or "", models.get("$default", "")))
    return model is not None and is_valid(model["Schema"], text)


def tail_of(connection_id: str) -> bytes:
    """The last three bytes of a connection's id, which its message ids share (recorded from AWS)."""
    return base64.urlsafe_b64decode(connection_id)[-3:]


async def send_frame(ground: Ground, connection: Connection, text: str, source: str, cause: Cause) -> None:
    """Send one text message from inside; what cannot be delivered is in the journal only."""
    hop = ground.journal.begin("frame-out", source, connection.connection_id, cause, None, text)
    try:
        await connection.send_text(ground, text)
    except AwsError as error:
        ground.journal.end(hop, error.code)
    else:
        ground.journal.end(hop)
