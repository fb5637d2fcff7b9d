"""``patchOperations``: one mechanism for all Update operations, a table of paths for each kind of resource.

AWS docs, API reference, "Patch Operations".  Operations are done in order on a copy, so one that fails leaves
everything as it was.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.services.apigateway.resources import bad_request, unsupported
from emulator.services.apigateway.rest.api.common import not_found
from emulator.services.apigateway.rest.model import Item

OPS = ("add", "remove", "replace")
SET = ("add", "replace")
Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One patch operation at a path that its row knows; ``found`` are the parts that the row leaves open."""

    op: str
    path: str
    value: str | None
    found: tuple[str, ...]


Change = Callable[[Item, Step], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A path that can be patched.

    In ``path`` a segment ``{name}`` stands for any one, ``{name+}`` for one or more, kept as they are written.
    """

    path: str
    ops: tuple[str, ...]
    change: Change

    def match(self, path: str) -> tuple[str, ...] | None:
        """The open parts of ``path``; None when the row is about something else."""
        wanted, given = self.path[1:].split("/"), path[1:].split("/")
        found: list[str] = []
        for number, part in enumerate(wanted):
            if part.endswith("+}"):
                rest = len(wanted) - number - 1
                if len(given) <= rest:
                    return None
                found.append("/".join(given[: len(given) - rest]))
                given = given[len(given) - rest :]
            elif not given:
                return None
            else:
                segment = unescape(given.pop(0))
                if part.startswith("{"):
                    found.append(segment)
                elif part != segment:
                    return None
        return None if given else tuple(found)


def unescape(segment: str) -> str:
    """A segment of a JSON pointer: ``~1`` is a slash, ``~0`` a tilde (RFC 6901)."""
    return segment.replace("~1", "/").replace("~0", "~")


def patched(item: Item, operations: Sequence[Mapping[str, Any] | None] | None, table: Sequence[Row]) -> Item:
    """``item`` with all operations done; raises BadRequestException, and NotFoundException for what is not there."""
    changed = copy.deepcopy(item)
    for given in operations or ():
        row, step = _step(given, table)
        row.change(changed, step)
    return changed


def _step(given: Mapping[str, Any] | None, table: Sequence[Row]) -> tuple[Row, Step]:
    given = given or {}
    op, path = given.get("op"), given.get("path") or ""
    if op in ("move", "copy", "test"):
        raise unsupported(f"The patch operation {op}")
    if op not in OPS:
        raise bad_request("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
    for row in table:
        found = row.match(path) if path.startswith("/") else None
        if found is not None and op in row.ops:
            return row, Step(op, path, given.get("value"), found)
    known = ", ".join(row.path for row in table if op in row.ops)
    raise bad_request(f"Invalid patch path '{path}' specified for op '{op}'. Must be one of: [{known}]")


# How values are written


def boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", text):
        raise ValueError(text)
    return int(text)


def number(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(text)
    return value


def _read(step: Step, read: Read) -> Any:
    try:
        return read(step.value or "")
    except ValueError:
        raise bad_request(f"Invalid value '{step.value or ''}' specified for '{step.path}'") from None


# Rows


def member(path: str, read: Read = str, optional: bool = True, to: str | None = None) -> Row:
    """A member with one value, perhaps inside another one (``/quota/limit``).

    An empty text, and ``remove``, take an optional member away.
    """
    *above, name = (to or path)[1:].split("/")

    def change(item: Item, step: Step) -> None:
        for part in above:
            item = item.setdefault(part, {})
        if step.op == "remove" or (optional and read is str and not step.value):
            item.pop(name, None)
        else:
            item[name] = _read(step, read)

    return Row(path, OPS if optional else SET, change)


def entry(path: str, read: Read = str) -> Row:
    """An entry of a map: ``/variables/{name}``."""
    name = path[1:].partition("/")[0]

    def change(item: Item, step: Step) -> None:
        entries = dict(item.get(name, {}))
        if step.op != "remove":
            entries[step.found[0]] = _read(step, read)
        elif entries.pop(step.found[0], None) is None:
            raise not_found("Invalid parameter name specified")
        item[name] = entries

    return Row(path, OPS, change)


def in_path(path: str) -> Row:
    """A member of a list that the path names; ``replace`` puts the value in its place."""
    name = path[1:].partition("/")[0]

    def change(item: Item, step: Step) -> None:
        values, named = list(item.get(name, ())), step.found[0]
        if step.op == "add":
            values += [] if named in values else [named]
        elif named not in values:
            raise not_found("Invalid parameter name specified")
        else:
            place = values.index(named)
            values[place : place + 1] = [step.value] if step.op == "replace" and step.value else []
        item[name] = values

    return Row(path, OPS, change)


def in_value(path: str) -> Row:
    """A list whose members are values: ``add`` appends one, ``remove`` takes it away, ``replace`` leaves only it."""
    *above, name = path[1:].split("/")

    def change(item: Item, step: Step) -> None:
        for part in above:
            item = item.setdefault(part, {})
        values = list(item.get(name, ()))
        given = [value.strip() for value in (step.value or "").split(",") if value.strip()]
        if step.op == "replace":
            values = given
        elif step.op == "add":
            values += [value for value in given if value not in values]
        elif missing := [value for value in given if value not in values]:
            raise not_found(f"Invalid value specified: {missing[0]}")
        else:
            values = [value for value in values if value not in given]
        item[name] = values

    return Row(path, OPS, change)


def whole(path: str) -> Row:
    """A structure that can only be taken away as a whole."""

    def change(item: Item, step: Step) -> None:
        item.pop(path[1:], None)

    return Row(path, ("remove",), change)


def refused(path: str, what: str) -> Row:
    """What this emulator does not do."""

    def change(item: Item, step: Step) -> None:
        raise unsupported(what)

    return Row(path, OPS, change)
