"""Types of plain values against shapes, compiled into closures.

For input, the first value of a wrong type is AWS's SerializationException and unknown members are passed over, as on
AWS.  For output, every deviation is collected, for it is a mistake of the emulator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from emulator.wire.models import operation_model
from emulator.wire.scalars import RANGES, wrong_type

# (value, path): path is a linked list of keys
Path = tuple[Any, str] | None
Report = Callable[[Path, str, Any, str], None]
Check = Callable[[Any, Path, Report], None]


def _is_whole(kind: str) -> Callable[[Any], bool]:
    limit = RANGES[kind]
    return lambda value: type(value) is int and -limit <= value < limit


def _is_decimal(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_SCALARS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "character": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_whole("integer"),
    "long": _is_whole("long"),
    "float": _is_decimal,
    "double": _is_decimal,
    "bigdecimal": _is_decimal,
    "blob": lambda value: isinstance(value, bytes | str),
    "timestamp": lambda value: _is_decimal(value) or isinstance(value, str | datetime),
}


@dataclass(frozen=True, slots=True)
class TypeCompiler:
    """Compiles shapes into ``check(value, path, report)``; ``report(path, problem, value, wanted)`` hears of misfits.

    ``strict`` also reports unknown members, missing required members, unset items, and values of unions that have not
    exactly one member.
    """

    strict: bool
    memo: dict[str, Check]

    def check(self, shape: Any) -> Check:
        kind = shape.type_name
        if shape.serialization.get("eventstream"):
            return self._stream(shape)
        if kind == "structure":
            return _anything if shape.is_document_type else self._structure(shape)
        if kind == "list":
            return self._list(shape)
        if kind == "map":
            return self._map(shape)
        if shape.serialization.get("jsonvalue"):
            return _anything
        fits = _SCALARS[kind]

        def check(value: Any, path: Path, report: Report) -> None:
            if not fits(value):
                report(path, "wrong type", value, kind)

        return check

    def _stream(self, shape: Any) -> Check:
        check_event = self._structure(shape)

        def check(value: Any, path: Path, report: Report) -> None:
            if not isinstance(value, list | tuple):
                report(path, "wrong type", value, "list of events")
                return
            for number, event in enumerate(value):
                check_event(event, (path, str(number)), report)

        return check

    def _structure(self, shape: Any) -> Check:
        known = self.memo.get(shape.name)
        if known is not None:
            return known
        members: dict[str, Check] = {}
        strict = self.strict

        def check(value: Any, path: Path, report: Report) -> None:
            if not isinstance(value, Mapping):
                report(path, "wrong type", value, "structure")
                return
            for name, item in value.items():
                check_member = members.get(name)
                if check_member is None:
                    if strict:
                        report((path, str(name)), "unknown member", item, shape.name)
                elif item is not None:
                    check_member(item, (path, name), report)
            if strict:
                _check_presence(shape, value, path, report)

        self.memo[shape.name] = check
        members.update((name, self.check(member)) for name, member in shape.members.items())
        return check

    def _list(self, shape: Any) -> Check:
        check_item = self.check(shape.member)
        strict = self.strict

        def check(value: Any, path: Path, report: Report) -> None:
            if not isinstance(value, list | tuple):
                report(path, "wrong type", value, "list")
                return
            for number, item in enumerate(value):
                if item is not None:
                    check_item(item, (path, str(number)), report)
                elif strict:
                    report((path, str(number)), "missing", item, shape.member.name)

        return check

    def _map(self, shape: Any) -> Check:
        check_item = self.check(shape.value)
        strict = self.strict

        def check(value: Any, path: Path, report: Report) -> None:
            if not isinstance(value, Mapping):
                report(path, "wrong type", value, "map")
                return
            for key, item in value.items():
                if not isinstance(key, str):
                    report((path, str(key)), "wrong type", key, "string")
                if item is not None:
                    check_item(item, (path, str(key)), report)
                elif strict:
                    report((path, str(key)), "missing", item, shape.value.name)

        return check


def _anything(value: Any, path: Path, report: Report) -> None:
    """Documents may hold anything."""


def _check_presence(shape: Any, value: Mapping[str, Any], path: Path, report: Report) -> None:
    for name in shape.required_members:
        # AWS itself leaves empty required lists and maps out (SendMessageBatch's Failed).
        if value.get(name) is None and shape.members[name].type_name not in ("list", "map"):
            report((path, name), "missing", None, shape.members[name].type_name)
    if shape.is_tagged_union and sum(item is not None for item in value.values()) != 1:
        report(path, "not exactly one member", value, shape.name)


@cache
def _input_memo(service: str) -> dict[str, Check]:
    return {}


def _raise(path: Path, problem: str, value: Any, wanted: str) -> None:
    raise wrong_type(value, wanted)


@cache
def input_checker(service: str, operation: str) -> Callable[[Any], None]:
    """Raises SerializationException for the first value of a wrong type."""
    shape = operation_model(service, operation).input_shape
    if shape is None:
        return lambda params: None
    check = TypeCompiler(False, _input_memo(service)).check(shape)
    return lambda params: check(params, None, _raise)
