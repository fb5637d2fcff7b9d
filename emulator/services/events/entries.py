"""PutEvents entries: their size, and what makes a single entry fail (codes and texts recorded from AWS)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from emulator.patterns.exact_numbers import parse_event

TIME_SIZE = 14
_REQUIRED = ("Source", "DetailType", "Detail")


class EntryError(NamedTuple):
    """Why one entry was not taken; the others of the call are not affected."""

    code: str
    message: str


def entry_size(entry: Mapping[str, Any]) -> int:
    """Bytes that count against the limit of a call (AWS docs, "Calculating PutEvents event entry size")."""
    size = TIME_SIZE if entry.get("Time") is not None else 0
    texts = [entry.get(name) or "" for name in _REQUIRED]
    return size + sum(_bytes(text) for text in texts) + sum(_bytes(text) for text in entry.get("Resources") or ())


def total_size(entries: Iterable[Mapping[str, Any]]) -> int:
    """The limit applies to the sum over all entries."""
    return sum(entry_size(entry) for entry in entries)


def read_detail(entry: Mapping[str, Any]) -> dict[str, Any] | EntryError:
    """The parsed ``Detail`` of an entry, numbers keeping their text, or the first thing that is wrong with it."""
    for name in _REQUIRED:
        if not entry.get(name):
            reason = f"{name} is a required argument."
            return EntryError("InvalidArgument", f"Parameter {name} is not valid. Reason: {reason}")
    try:
        detail = parse_event(entry["Detail"])
    except ValueError:
        return EntryError("MalformedDetail", "Detail is malformed.")
    if entry["Source"].startswith("aws."):
        return EntryError("NotAuthorizedForSourceException", "Not authorized for the source.")
    return detail


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
