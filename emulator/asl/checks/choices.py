"""A Choice state's rules."""

from __future__ import annotations

from typing import Any

from emulator.asl.checks import kinds
from emulator.asl.checks.report import Place
from emulator.asl.checks.variables import check_assign
from emulator.asl.comparisons import LITERALS, OPERATORS
from emulator.asl.equality import is_number
from emulator.asl.timestamps import parse_timestamp

_LOGIC = ("And", "Or", "Not")
_AROUND = {"Next", "Comment", "Assign"}
_MAX_NESTING = 100


def check_choices(place: Place, value: Any) -> None:
    if not kinds.filled_list(place, value):
        return
    for index, rule in enumerate(value):
        at = place.item(index)
        if kinds.json_object(at, rule):
            _check_rule(at, rule)


def _check_rule(at: Place, rule: dict[str, Any]) -> None:
    at.missing([name for name in (("Condition", "Next") if at.jsonata else ("Next",)) if name not in rule])
    for name in ("Next", "Comment"):
        if name in rule:
            kinds.string(at.inside(name), rule[name])
    if "Assign" in rule:
        check_assign(at.inside("Assign"), rule["Assign"])
    if at.jsonata:
        _check_question(at, rule)
    else:
        _check_condition(at, {name: item for name, item in rule.items() if name not in _AROUND}, 0)


def _check_question(at: Place, rule: dict[str, Any]) -> None:
    for name, item in rule.items():
        if name == "Condition":
            kinds.condition(at.inside(name), item)
        elif name == "Output":
            kinds.query(at.inside(name), item)
        elif name == "Variable" or name in OPERATORS or name in _LOGIC:
            at.foreign(name)
        elif name not in _AROUND:
            at.unsupported(name)


def _check_condition(at: Place, rule: dict[str, Any], nesting: int) -> None:
    operators = [name for name in rule if name in OPERATORS or name in _LOGIC]
    for name in rule:
        if name in ("Condition", "Output"):
            at.foreign(name)
        elif name != "Variable" and name not in operators:
            at.unsupported(name)
    if len(operators) != 1:
        at.find("A choice rule must have exactly one comparison operator")
    elif operators[0] in _LOGIC:
        if "Variable" in rule:
            at.unsupported("Variable")
        _check_logic(at, operators[0], rule[operators[0]], nesting)
    else:
        _check_comparison(at, rule, operators[0])


def _check_logic(at: Place, name: str, value: Any, nesting: int) -> None:
    place = at.inside(name)
    if nesting > _MAX_NESTING:
        place.find("Choice rules are nested too deep")
        return
    if name == "Not":
        if kinds.json_object(place, value):
            _check_part(place, value, nesting)
    elif kinds.filled_list(place, value):
        for index, part in enumerate(value):
            if kinds.json_object(place.item(index), part):
                _check_part(place.item(index), part, nesting)


def _check_part(at: Place, rule: dict[str, Any], nesting: int) -> None:
    for name in ("Next", "Assign"):
        if name in rule:
            at.unsupported(name)
    _check_condition(at, {name: item for name, item in rule.items() if name not in _AROUND}, nesting + 1)


def _check_comparison(at: Place, rule: dict[str, Any], operator: str) -> None:
    at.missing([name for name in ("Variable",) if name not in rule])
    if "Variable" in rule:
        kinds.reference(at.inside("Variable"), rule["Variable"])
    value, place = rule[operator], at.inside(operator)
    if operator.endswith("Path"):
        kinds.reference(place, value)
    elif not _LITERAL_KINDS[LITERALS[operator]](value):
        if LITERALS[operator] == "timestamp":
            place.find("String does not match RFC3339 timestamp")
        else:
            kinds.expect(place, LITERALS[operator].capitalize())


_LITERAL_KINDS: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "numeric": is_number,
    "boolean": lambda value: isinstance(value, bool),
    "timestamp": lambda value: parse_timestamp(value) is not None,
}
