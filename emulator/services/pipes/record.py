"""One record on its way through a pipe, as templates and path parameters see it.

AWS docs, "Amazon EventBridge Pipes input transformation": a ``body`` (SQS) that holds JSON is taken as what it holds; a
parameter that is a path is replaced by what the path finds in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from emulator.core.jsontext import compact
from emulator.patterns.exact_numbers import parse_json, write_json
from emulator.patterns.input_template import UndeliverablePayload, fill, parse_template
from emulator.patterns.payload_path import MISSING, steps_of, value_at
from emulator.services.pipes.errors import invalid

Reserved = Callable[[str], Any]
"""The value of a reserved variable that does not depend on the record, or MISSING."""
VARIABLES = frozenset(
    {
        *("aws.pipes.pipe-arn", "aws.pipes.pipe-name", "aws.pipes.source-arn", "aws.pipes.enrichment-arn"),
        *("aws.pipes.target-arn", "aws.pipes.event.ingestion-time", "aws.pipes.event", "aws.pipes.event.json"),
    }
)


class Record:
    """``value`` is JSON; ``identifier`` is how the source names it, None after an enrichment."""

    def __init__(self, value: Any, identifier: str | None = None) -> None:
        self.value = value
        self.identifier = identifier

    @cached_property
    def decoded(self) -> Any:
        """The record with its body read as JSON where it is that."""
        if not isinstance(self.value, dict):
            return self.value
        decoded = dict(self.value)
        if isinstance(decoded.get("body"), str):
            decoded["body"] = _read(decoded["body"])
        return decoded

    def text(self, template: str | None, reserved: Reserved) -> str:
        """The record as JSON text, shaped by ``template`` if there is one.  Raises UndeliverablePayload."""
        if not template:
            return compact(self.value)

        def value_of(name: str) -> Any:
            if name == "aws.pipes.event":
                return self.value
            if name == "aws.pipes.event.json":
                return self.decoded
            return value_at(name, self.decoded) if name.startswith("$") else reserved(name)

        shaped = fill(parse_template(template, paths=True), value_of)
        try:
            parse_json(shaped)
        except ValueError:
            raise UndeliverablePayload("The transformed payload is not valid JSON.") from None
        return shaped

    def filled(self, given: Any) -> Any:
        """Parameters of a target with what their paths find; a path that finds nothing becomes ``""``."""
        if isinstance(given, Mapping):
            return {name: self.filled(value) for name, value in given.items()}
        if isinstance(given, list):
            return [self.filled(value) for value in given]
        if not isinstance(given, str) or not _is_path(given):
            return given
        found = value_at(given, self.decoded)
        return "" if found is MISSING else found if isinstance(found, str) else write_json(found)


def check_template(template: str | None, member: str) -> None:
    """Raises ValidationException for a placeholder that names nothing."""
    for name, _ in parse_template(template or "", paths=True).placeholders:
        if name not in VARIABLES and not _is_path(name):
            raise invalid(f"{member}.InputTemplate contains invalid placeholder <{name}>.")


def _is_path(text: str) -> bool:
    if not text.startswith("$"):
        return False
    try:
        steps_of(text)
    except ValueError:
        return False
    return True


def _read(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return text
