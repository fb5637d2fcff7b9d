"""What a function's answer says about the messages of its batch.

AWS docs, "Handling errors for an SQS event source in Lambda" (ReportBatchItemFailures), and recordings; a row that
neither covers says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.core import jsontext


def failed_items(payload: bytes, function_error: str | None, reporting: bool, identifiers: Sequence[str]) -> set[str]:
    """The messages of the batch that stay in the queue; all of them when the whole batch has failed."""
    everything = set(identifiers)
    if function_error is not None:
        return everything
    if not reporting:
        return set()
    try:
        answer = jsontext.parse(payload)
    except ValueError:
        return everything
    if answer is None or answer in ([], ""):
        return set()
    if not isinstance(answer, dict):
        return everything  # not an EventResponse (unverified)
    listed = answer.get("batchItemFailures")
    if listed is None:
        return set()
    if not isinstance(listed, list):
        return everything
    failed = {_identifier(item) for item in listed}
    return {name for name in failed if name is not None} if failed <= everything else everything


def _identifier(item: Any) -> str | None:
    """None for whatever names no message: it is in no batch, so the whole batch fails."""
    identifier = item.get("itemIdentifier") if isinstance(item, dict) else None
    return identifier if isinstance(identifier, str) else None
