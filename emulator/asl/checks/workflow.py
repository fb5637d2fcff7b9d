"""A whole workflow: its own fields, its states, and the workflows inside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from emulator.asl.checks import kinds
from emulator.asl.checks.fields import EXCLUSIVE, FIELDS, ONE_NEEDED, REQUIRED
from emulator.asl.checks.graph import has_inner, leading_to
from emulator.asl.checks.mapping import check_processor_config
from emulator.asl.checks.report import TYPES, Place
from emulator.asl.checks.variables import assigned_names
from emulator.asl.states.base import JSONATA, JSONPATH

_MAX_NAME = 80
_MAX_NESTING = 50
_INNER: dict[str, kinds.Check] = {"StartAt": kinds.string, "States": kinds.json_object, "Comment": kinds.string}


def check_machine(place: Place, raw: dict[str, Any]) -> None:
    """The top level and everything below it."""
    language = raw.get("QueryLanguage", JSONPATH)
    if language in (JSONPATH, JSONATA):
        place = replace(place, language=language, machine_language=language)
    fields: dict[str, kinds.Check] = {
        **_INNER,
        "Version": kinds.one_of("1.0"),
        "TimeoutSeconds": _literal_seconds,
        "QueryLanguage": kinds.one_of(JSONPATH, JSONATA),
    }
    _check_workflow(place, raw, fields, frozenset(), 0)


def check_state(place: Place, raw: Any) -> None:
    """One state, without the workflows inside it; ``place`` is the state's."""
    if not kinds.json_object(place, raw):
        return
    place = _in_language(place, raw)
    kind = raw.get("Type")
    if kind is None:
        place.missing(["Type"])
    if kind not in TYPES:
        if kind is not None:
            place.inside("Type").find(f"The field 'Type' should have one of these values: [{', '.join(TYPES)}]")
        return
    place.missing([name for name in REQUIRED.get(kind, []) if name not in raw])
    _check_groups(place, raw, kind)
    for name, value in raw.items():
        _check_field(place, kind, name, value)
    if kind == "Task":
        _check_heartbeat(place, raw)


def check_inner(place: Place, raw: dict[str, Any], outer: frozenset[str] = frozenset(), nesting: int = 0) -> None:
    """The workflows inside one state."""
    for at, inner, distributed in _inner_workflows(place, raw):
        if nesting > _MAX_NESTING:
            at.find("Workflows are nested too deep")
        elif kinds.json_object(at, inner):
            fields = dict(_INNER)
            if at.name in ("ItemProcessor", "Iterator"):
                fields["ProcessorConfig"] = check_processor_config
            at = replace(at, language=at.machine_language)
            # The children of a distributed Map are executions of their own: they see no outer variable.
            _check_workflow(at, inner, fields, frozenset() if distributed else outer, nesting + 1)


def _check_workflow(
    place: Place, raw: dict[str, Any], fields: dict[str, kinds.Check], outer: frozenset[str], nesting: int
) -> None:
    place.missing([name for name in ("States", "StartAt") if name not in raw])
    for name, value in raw.items():
        if name in fields:
            fields[name](place.inside(name), value)
        else:
            place.unsupported(name)
    states = raw.get("States")
    if not isinstance(states, dict):
        return
    at = place.inside("States")
    if not states:
        at.find("Value cannot be empty")
    for name, state in states.items():
        here = replace(at.inside(name), outer=outer)
        if not 1 <= len(name) <= _MAX_NAME:
            here.find(f"A state's name must have 1 to {_MAX_NAME} characters")
        check_state(here, state)
        if isinstance(state, dict):
            check_inner(here, state, outer | _assigned_before(name, states, place), nesting)


def _assigned_before(name: str, states: dict[str, Any], place: Place) -> frozenset[str]:
    """What the states that lead to ``name`` assign; its own Assign and Catch come after the workflows inside it."""
    if not has_inner(states[name]):
        return frozenset()
    before = {other: states[other] for other in leading_to(name, states) if other != name}
    return frozenset(assigned_names(before, place.machine_language == JSONATA))


def _literal_seconds(place: Place, value: Any) -> None:
    kinds.whole(1)(replace(place, language=JSONPATH), value)


def _in_language(place: Place, raw: dict[str, Any]) -> Place:
    language = raw.get("QueryLanguage", place.machine_language)
    if language == JSONPATH and place.machine_language == JSONATA:
        place.find("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
    elif language in (JSONPATH, JSONATA):
        return replace(place, language=language)
    return replace(place, language=place.machine_language)


def _check_field(place: Place, kind: str, name: str, value: Any) -> None:
    field = FIELDS[kind].get(name)
    if field is None:
        place.unsupported(name)
    elif field.language not in (None, place.language):
        place.foreign(name)
    else:
        field.check(place.inside(name), value)


def _check_heartbeat(place: Place, raw: dict[str, Any]) -> None:
    """AWS docs, "Task workflow state": the heartbeat is smaller than the timeout."""
    heartbeat, timeout = raw.get("HeartbeatSeconds"), raw.get("TimeoutSeconds")
    if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
        place.inside("HeartbeatSeconds").find("HeartbeatSeconds must be smaller than TimeoutSeconds")


def _check_groups(place: Place, raw: dict[str, Any], kind: str) -> None:
    for group in EXCLUSIVE.get(kind, []):
        given = [name for name in group if name in raw]
        if len(given) > 1:
            place.find(f"Only one of these fields may be given: [{', '.join(given)}]")
    for group in ONE_NEEDED.get(kind, []):
        if not any(name in raw for name in group):
            place.missing([group[0]])
    if "Next" in FIELDS[kind] and not place.alone:
        if "Next" in raw and raw.get("End") is True:
            place.find("Only one of these fields may be given: [Next, End]")
        elif "Next" not in raw and raw.get("End") is not True:
            place.missing(["Next"])


def _inner_workflows(place: Place, raw: dict[str, Any]) -> Iterator[tuple[Place, Any, bool]]:
    if raw.get("Type") == "Parallel" and isinstance(raw.get("Branches"), list):
        for index, branch in enumerate(raw["Branches"]):
            yield place.inside("Branches").item(index), branch, False
    elif raw.get("Type") == "Map":
        for name in ("ItemProcessor", "Iterator"):
            processor = raw.get(name)
            if isinstance(processor, dict):
                config = processor.get("ProcessorConfig")
                distributed = isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"
                yield place.inside(name), processor, distributed
