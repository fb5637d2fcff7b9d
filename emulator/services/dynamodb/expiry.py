"""Time to live: items are deleted at the second that they name.

AWS takes up to some days (AWS docs, "Using time to live"); here the timer is nobody's debt, so time never jumps to it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.timers import TimerKind
from emulator.services.dynamodb.changes import Change
from emulator.services.dynamodb.store import DynamoDbStore

OLDEST = 5 * 365 * 86_400
"""Seconds: what has expired longer ago than five years is left alone (AWS docs)."""
Delete = Callable[[Call, dict[str, Any]], Awaitable[None]]


def watch(call: Call, store: DynamoDbStore, change: Change, delete: Delete) -> None:
    """Set or cancel the timer of an item that has changed."""
    attribute = store.expiry.get(change.table)
    if attribute is None:
        return
    place = change.table, change.key
    timer = store.timers.pop(place, None)
    if timer is not None:
        timer.cancel()
    instant = _instant(change, attribute)
    if instant is None or instant < call.clock.now() - OLDEST:
        return
    value = (change.new or {})[attribute]

    def fire() -> None:
        store.timers.pop(place, None)
        call.clock.spawn(_expire(call, change, attribute, value, delete), f"expiry in {change.table}")

    store.timers[place] = call.clock.at(instant, fire, TimerKind.STANDING, f"expiry in {change.table}")


def _instant(change: Change, attribute: str) -> float | None:
    value = (change.new or {}).get(attribute) or {}
    return float(value["N"]) if "N" in value else None


async def _expire(call: Call, change: Change, attribute: str, value: Any, delete: Delete) -> None:
    """Delete the item unless it names another time by now."""
    own = Call(
        call.ground, call.account, call.region, call.ids.uuid(), call.ground.new_cause(), access_key="ttl",
        from_outside=False,
    )  # fmt: skip
    params = {
        "TableName": change.table,
        "Key": dict(change.keys),
        "ConditionExpression": "#a = :v",
        "ExpressionAttributeNames": {"#a": attribute},
        "ExpressionAttributeValues": {":v": value},
    }
    try:
        await delete(own, params)
    except AwsError as error:
        if error.code not in ("ConditionalCheckFailedException", "ResourceNotFoundException"):
            raise
