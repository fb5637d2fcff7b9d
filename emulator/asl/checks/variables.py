"""Variables: their names, and that an inner workflow does not assign an outer one.  (AWS docs, "Passing data between
states with variables"; AWS publishes no texts for these.)"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.asl.checks import kinds
from emulator.asl.checks.report import Place

_NAME = re.compile(r"[^\W\d]\w*")
_LONGEST = 80


def check_assign(place: Place, value: Any) -> None:
    if not kinds.json_object(place, value):
        return
    kinds.template(place, value)
    for key in value:
        name = variable_name(key, place.jsonata)
        if not _NAME.fullmatch(name) or len(name) > _LONGEST or name == "states":
            place.inside(key).find(f"The variable name '{name}' is not valid")
        elif name in place.outer:
            place.inside(key).find(f"The variable '{name}' is already assigned in an outer scope")


def assigned_names(states: Mapping[str, Any], jsonata_machine: bool) -> Iterator[str]:
    """Every variable that the states of one workflow assign, inner workflows left out."""
    for state in states.values():
        if isinstance(state, dict):
            jsonata = state.get("QueryLanguage", "JSONata" if jsonata_machine else "JSONPath") == "JSONata"
            for assign in _assigns(state):
                yield from (variable_name(key, jsonata) for key in assign)


def variable_name(key: str, jsonata: bool) -> str:
    return key if jsonata else key.removesuffix(".$")


def _assigns(state: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    holders = [state]
    for name in ("Catch", "Choices"):
        entries = state.get(name)
        if isinstance(entries, list):
            holders.extend(entry for entry in entries if isinstance(entry, dict))
    for holder in holders:
        if isinstance(holder.get("Assign"), dict):
            yield holder["Assign"]
