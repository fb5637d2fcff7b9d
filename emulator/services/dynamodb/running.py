"""Running an operation: through the engine, then into the journal, the stream and the timers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.fallthrough.bridge import bridge_of
from emulator.fallthrough.isolation import Session
from emulator.services.dynamodb import engine
from emulator.services.dynamodb.changes import Change
from emulator.services.dynamodb.expiry import watch
from emulator.services.dynamodb.store import DynamoDbStore
from emulator.services.dynamodb.values import to_stored

Settle = Callable[[dict[str, Any]], dict[str, Any]]


async def execute(
    call: Call,
    operation: str,
    params: dict[str, Any],
    settle: Settle | None = None,
    expired: bool = False,
) -> dict[str, Any]:
    """The operation's output.  ``settle`` may change it, before the next request is served.  Raises AwsError.

    What was written is in the stream even if the caller is gone by then.
    """
    stored = to_stored(params)
    store = call.store(DynamoDbStore)

    def done(outcome: engine.Done) -> dict[str, Any]:
        note(call, store, outcome.changes, expired)
        return settle(outcome.result) if settle is not None else outcome.result

    def job(session: Session) -> engine.Done:
        return engine.perform(session, operation, stored)

    return await bridge_of(call.ground).run(call, "dynamodb", call.region, job, done)


def note(call: Call, store: DynamoDbStore, changes: list[Change], expired: bool) -> None:
    """Write changes down: one ``write`` hop an item, one ``stream`` hop a record."""
    caller = "client" if call.from_outside else (call.access_key or "emulator")
    awake = set()
    for change in changes:
        table = call.arn("dynamodb", f"table/{change.table}")
        text = compact(change.new if change.new is not None else change.old)
        hop = call.journal.note("write", caller, table, call.cause, payload=text, event=change.event, key=change.key)
        stream = store.stream_of(change.table)
        if stream is not None:
            flow = call.journal.note("stream", table, stream.arn, hop.cause, event=change.event, key=change.key)
            flow.detail["sequence"] = stream.append(change, flow.cause, expired).sequence
            awake.add(stream)
        watch(call, store, change, expire)
    for stream in awake:
        stream.announce()


async def expire(call: Call, params: dict[str, Any]) -> None:
    """Delete an item whose time is over."""
    await execute(call, "DeleteItem", params, expired=True)
