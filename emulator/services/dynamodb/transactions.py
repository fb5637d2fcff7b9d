"""What moto leaves out of transactions: projections of what is read, and which item made one fail.

AWS docs, TransactGetItems; TransactionCanceledException ("Cancellation reason codes": an operand of a wrong type, an
attribute or a document path that is not in the item are a reason ``ValidationError``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.core.errors import AwsError

Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""One more request to the engine: its result; raises AwsError."""
_OF_THE_ITEM = (
    "The provided expression refers to an attribute that does not exist in the item",
    "An operand in the update expression has an incorrect data type",
    "The document path provided in the update expression is invalid for update",
)


def project(ask: Ask, entries: Sequence[Mapping[str, Any]], result: dict[str, Any]) -> None:
    """Replace the items of TransactGetItems that were asked for in parts."""
    for place, entry in enumerate(entries):
        if entry["Get"].get("ProjectionExpression"):
            found = ask("GetItem", entry["Get"])
            result["Responses"][place] = {"Item": found["Item"]} if "Item" in found else {}


def cancelled(ask: Ask, entries: Sequence[Mapping[str, Any]], error: AwsError) -> AwsError:
    """A transaction's failure as AWS tells it; ``ask`` may write, for nothing of it is kept."""
    if error.code != "ValidationException" or not (error.message or "").startswith(_OF_THE_ITEM):
        return error
    for place, entry in enumerate(entries):
        if "Update" in entry and _fails(ask, entry["Update"]):
            return cancellation(len(entries), place, error.message or "")
    return error


def cancellation(count: int, place: int, message: str) -> AwsError:
    """One item of ``count`` is not valid."""
    reasons: list[dict[str, str]] = [{"Code": "None"} for _ in range(count)]
    reasons[place] = {"Code": "ValidationError", "Message": message}
    codes = ", ".join(reason["Code"] for reason in reasons)
    text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return AwsError("TransactionCanceledException", text, CancellationReasons=reasons)


def _fails(ask: Ask, update: Mapping[str, Any]) -> bool:
    given = {name: value for name, value in update.items() if name != "ReturnValuesOnConditionCheckFailure"}
    try:
        ask("UpdateItem", given)
    except AwsError as error:
        return error.code == "ValidationException"
    return False
