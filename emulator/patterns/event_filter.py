"""FilterCriteria of an event source mapping or a pipe, tested on one record.

AWS docs, "Control which events Lambda sends to your function", "Using event filtering with an Amazon SQS event
source" and "... DynamoDB event source".  Filters are alternatives.  The pattern language is EventBridge's, without the
object forms of ``anything-but``.

Where a pattern looks into the payload (``body`` of a queue's message, ``data`` of a Kinesis record), the payload is
read as JSON; a payload that is not JSON is then rejected.  A pattern with a plain list for ``body`` compares the text,
and a body that holds a JSON object is rejected.  Everything else, DynamoDB's typed values too, is taken as it stands.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from emulator.patterns.branch_match import Fields, branch_matches
from emulator.patterns.event_pattern import compile_pattern
from emulator.patterns.exact_numbers import parse_json
from emulator.patterns.flat_event import FlatEvent
from emulator.patterns.invalid_pattern import InvalidPattern
from emulator.patterns.json_tokens import Kind, Tokens

_PAYLOADS = ("body", "data")


class EventFilter:
    """Compiled filters of one event source mapping; without any filter every record is accepted."""

    def __init__(self, branches: Iterable[Fields]) -> None:
        self._branches = [(branch, *_payload_use(branch)) for branch in branches]

    def accepts(self, record: dict[str, Any]) -> bool:
        """Whether a record (as the function would see it) passes at least one filter."""
        if not self._branches:
            return True
        views = _Views(record)
        for branch, payload, inside in self._branches:
            view = views.view(payload, inside)
            if view is not None and branch_matches(branch, view):
                return True
        return False


def compile_pipe_filters(patterns: list[str]) -> EventFilter:
    """The same of a pipe, which knows the whole pattern language; raises ``InvalidPattern`` with EventBridge's text."""
    return EventFilter([branch for pattern in patterns for branch in compile_pattern(pattern).branches])


def compile_filters(patterns: list[str]) -> EventFilter:
    """Compile the ``Pattern`` texts of a FilterCriteria.

    Raises ``InvalidPattern`` with Lambda's text ``Invalid filter pattern definition.``
    """
    branches: list[Fields] = []
    for pattern in patterns:
        try:
            _refuse_anything_but_forms(pattern)
            branches += compile_pattern(pattern).branches
        except InvalidPattern:
            raise InvalidPattern("Invalid filter pattern definition.") from None
    return EventFilter(branches)


def _refuse_anything_but_forms(pattern: str) -> None:
    """Lambda's ``anything-but`` takes plain values only; a field may be called so, a matcher sits in an array."""
    tokens = Tokens(pattern)
    opened: list[Kind] = []
    in_matcher = False
    while (token := tokens.next()).kind is not Kind.END:
        if token.kind is Kind.OBJECT:
            if in_matcher:
                raise InvalidPattern("Unsupported anything-but pattern")
            opened.append(token.kind)
        elif token.kind is Kind.ARRAY:
            opened.append(token.kind)
        elif token.kind in (Kind.END_OBJECT, Kind.END_ARRAY):
            opened.pop()
        in_matcher = token.kind is Kind.NAME and token.text == "anything-but" and Kind.ARRAY in opened


def _payload_use(branch: Fields) -> tuple[str, bool]:
    """Which payload member a branch names, and whether it looks inside; ``""`` when it names none."""
    for payload in _PAYLOADS:
        if any(field.path.startswith(payload + ".") for field in branch):
            return payload, True
    if any(field.path == "body" for field in branch):
        return "body", False
    return "", False


class _Views:
    """The forms of one record that filters look at, made on first use."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record
        self._made: dict[tuple[str, bool], FlatEvent | None] = {}

    def view(self, payload: str, inside: bool) -> FlatEvent | None:
        """The record for filters of that kind; None when the payload has the wrong form for them."""
        wanted = (payload, inside)
        if wanted not in self._made:
            self._made[wanted] = self._make(payload, inside)
        return self._made[wanted]

    def _make(self, payload: str, inside: bool) -> FlatEvent | None:
        if payload == "data":
            return self._kinesis()
        text = self._record.get("body")
        if not payload or not isinstance(text, str):
            return FlatEvent(self._record)
        is_json, value = _json(text)
        if inside:
            return FlatEvent({**self._record, "body": value}) if is_json else None
        return None if isinstance(value, dict) else FlatEvent(self._record)

    def _kinesis(self) -> FlatEvent | None:
        holder = self._record.get("kinesis", self._record)
        try:
            text = base64.b64decode(holder["data"], validate=True).decode()
        except (KeyError, TypeError, binascii.Error, UnicodeDecodeError):
            return None
        is_json, value = _json(text)
        return FlatEvent({**self._record, "data": value}) if is_json else None


def _json(text: str) -> tuple[bool, Any]:
    try:
        return True, parse_json(text)
    except ValueError:
        return False, None
