"""Retry and Catch."""

from __future__ import annotations

from typing import Any

from emulator.asl.checks import kinds
from emulator.asl.checks.report import Place
from emulator.asl.checks.variables import check_assign
from emulator.asl.equality import is_number
from emulator.asl.retry import ALL

_MAX_DELAY = 31_622_400

_RETRIER: dict[str, kinds.Check] = {
    "IntervalSeconds": kinds.whole(1),
    "MaxAttempts": kinds.whole(0),
    "JitterStrategy": kinds.one_of("FULL", "NONE"),
    "Comment": kinds.string,
}


def check_retry(place: Place, value: Any) -> None:
    """An empty list is accepted (recorded from AWS)."""
    for at, retrier, last in _entries(place, value):
        at.missing([name for name in ("ErrorEquals",) if name not in retrier])
        for name, item in retrier.items():
            field = at.inside(name)
            if name == "ErrorEquals":
                _check_names(field, item, last)
            elif name == "BackoffRate":
                _check_rate(field, item)
            elif name == "MaxDelaySeconds":
                _check_delay(field, item, retrier.get("IntervalSeconds", 1))
            elif name in _RETRIER:
                _without_expressions(_RETRIER[name], field, item)
            else:
                at.unsupported(name)


def check_catch(place: Place, value: Any) -> None:
    """An empty list is accepted (recorded from AWS)."""
    for at, catcher, last in _entries(place, value):
        at.missing([name for name in ("ErrorEquals", "Next") if name not in catcher])
        for name, item in catcher.items():
            _check_catcher_field(at, name, item, last)


def _check_catcher_field(at: Place, name: str, item: Any, last: bool) -> None:
    field = at.inside(name)
    if name == "ErrorEquals":
        _check_names(field, item, last)
    elif name in ("Next", "Comment"):
        kinds.string(field, item)
    elif name == "ResultPath" and not at.jsonata:
        kinds.result_path(field, item)
    elif name == "Output" and at.jsonata:
        kinds.query(field, item)
    elif name == "Assign":
        check_assign(field, item)
    elif name in ("ResultPath", "Output"):
        at.foreign(name)
    else:
        at.unsupported(name)


def _entries(place: Place, value: Any) -> list[tuple[Place, dict[str, Any], bool]]:
    if not isinstance(value, list):
        kinds.expect(place, "Array")
        return []
    found = []
    for index, item in enumerate(value):
        if kinds.json_object(place.item(index), item):
            found.append((place.item(index), item, index == len(value) - 1))
    return found


def _check_names(place: Place, names: Any, last: bool) -> None:
    if not kinds.filled_list(place, names):
        return
    for index, name in enumerate(names):
        kinds.string(place.item(index), name)
    if ALL in names and (len(names) > 1 or not last):
        place.find(f"{ALL} must appear alone and in the last element")


def _check_rate(place: Place, rate: Any) -> None:
    if not is_number(rate):
        kinds.expect(place, "Number")
    elif rate < 1:
        place.find("Value is less than the minimum of 1.0")


def _check_delay(place: Place, delay: Any, interval: Any) -> None:
    _without_expressions(kinds.whole(1, _MAX_DELAY), place, delay)
    if is_number(delay) and is_number(interval) and delay <= interval:
        place.find("MaxDelaySeconds must be greater than IntervalSeconds")


def _without_expressions(check: kinds.Check, place: Place, value: Any) -> None:
    """A retrier's numbers are literal in both languages."""
    if isinstance(value, str) and check not in (_RETRIER["JitterStrategy"], _RETRIER["Comment"]):
        kinds.expect(place, "Integer")
    else:
        check(place, value)
