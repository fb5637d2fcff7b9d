"""DynamoDB operations on items."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.dynamodb.running import execute
from emulator.services.dynamodb.store import DynamoDbStore
from emulator.services.dynamodb.values import to_stored

Operation = Callable[[Call, dict[str, Any]], Awaitable[dict[str, Any]]]


def forwarded(operation: str) -> Operation:
    """An operation that the engine does by itself."""

    async def run(call: Call, params: dict[str, Any]) -> dict[str, Any]:
        return await execute(call, operation, params)

    return run


put_item = forwarded("PutItem")
get_item = forwarded("GetItem")
update_item = forwarded("UpdateItem")
delete_item = forwarded("DeleteItem")
query = forwarded("Query")
scan = forwarded("Scan")
batch_get_item = forwarded("BatchGetItem")
batch_write_item = forwarded("BatchWriteItem")
transact_get_items = forwarded("TransactGetItems")
execute_statement = forwarded("ExecuteStatement")
batch_execute_statement = forwarded("BatchExecuteStatement")
execute_transaction = forwarded("ExecuteTransaction")


async def transact_write_items(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """All or nothing.  A token that was used within ten minutes makes it do nothing again (AWS docs)."""
    token = params.get("ClientRequestToken")
    if token is None:
        return await execute(call, "TransactWriteItems", params)
    store, text = call.store(DynamoDbStore), compact(to_stored(params["TransactItems"]))
    known, until = store.tokens.get(token, ("", 0.0))
    if until > call.clock.now():
        if known != text:
            raise AwsError("IdempotentParameterMismatchException", "")
        return {}

    def settle(result: dict[str, Any]) -> dict[str, Any]:
        store.remember(token, text, call.clock.now())
        return result

    return await execute(call, "TransactWriteItems", params, settle)
