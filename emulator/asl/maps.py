"""What a Map iterates over, how many at a time, and what each iteration gets.  Texts recorded from AWS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.asl.dataflow import Visit, effective_input
from emulator.asl.equality import is_number
from emulator.asl.errors import StatesError, runtime_error
from emulator.asl.items import failed
from emulator.asl.jsonata import Query, check_type, query_error
from emulator.asl.limits import size
from emulator.asl.paths import CONTEXT, Path
from emulator.asl.scope import Scope, Value
from emulator.asl.states import ItemBatcher, Map
from emulator.core.jsontext import compact

THRESHOLD = StatesError(
    "States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded"
)
_FIELD_NAMES = {
    "max_concurrency": "MaxConcurrency",
    "tolerated_failure_count": "ToleratedFailureCount",
    "tolerated_failure_percentage": "ToleratedFailurePercentage",
}


@dataclass(frozen=True, slots=True)
class MapSettings:
    """``max_concurrency`` 0: no limit; negative: AWS never starts an item (recorded).  Tolerances None: not given."""

    max_concurrency: int
    tolerated_failure_count: int | None
    tolerated_failure_percentage: float | None

    def exceeded(self, failed: int, total: int) -> bool:
        """Whether a distributed Map with ``failed`` of ``total`` items failed fails as a whole (``THRESHOLD``)."""
        if failed == 0:
            return False
        count, percentage = self.tolerated_failure_count or 0, self.tolerated_failure_percentage or 0
        if not count and not percentage:
            return True
        return bool((count and failed > count) or (percentage and failed * 100 > percentage * total))


def map_settings(visit: Visit) -> MapSettings:
    """MaxConcurrency and the tolerances, evaluated before the items; they go into ``visit.stages`` too.  Raises
    StatesError."""
    state = _map(visit)
    scope = visit.scope(effective_input(visit))
    concurrency = _number(state.max_concurrency, "max_concurrency", scope)
    count = _number(state.tolerated_failure_count, "tolerated_failure_count", scope)
    percentage = _number(state.tolerated_failure_percentage, "tolerated_failure_percentage", scope)
    if count is not None and count < 0:
        raise _refused(state, "ToleratedFailureCount cannot be negative.", "ToleratedFailureCount")
    if percentage is not None and not 0 <= percentage <= 100:
        raise _refused(state, "ToleratedFailurePercentage must be between 0 and 100.", "ToleratedFailurePercentage")
    return MapSettings(int(concurrency or 0), None if count is None else int(count), percentage)


def note_settings(visit: Visit, settings: MapSettings) -> None:
    """Puts the settings into TestState's inspection data: AWS shows them after the items were found."""
    visit.stages["maxConcurrency"] = settings.max_concurrency
    if settings.tolerated_failure_count is not None:
        visit.stages["toleratedFailureCount"] = settings.tolerated_failure_count
    if settings.tolerated_failure_percentage is not None:
        visit.stages["toleratedFailurePercentage"] = settings.tolerated_failure_percentage


class ObjectItem(dict[str, Any]):
    """``{"Key": ..., "Value": ...}``: one member of an object that a Map goes through."""


def map_items(visit: Visit) -> list[Any]:
    """The items of a Map without ItemReader.  An object gives an ``ObjectItem`` for each member in a JSONata Map's
    Items and in a distributed Map.  Raises StatesError."""
    state = _map(visit)
    data = effective_input(visit)
    found = _jsonata_items(state, visit.scope()) if state.jsonata else _jsonpath_items(state, visit.scope(data))
    if not state.jsonata and state.items is not None:
        visit.stages["afterItemsPath"] = found
    if isinstance(found, dict):
        return [ObjectItem(Key=key, Value=value) for key, value in found.items()]
    return list(found)


def iteration_input(visit: Visit, index: int, item: Any) -> Any:
    """The input of one iteration: the item, or ItemSelector's template, which sees the Map's effective input and
    ``$$.Map.Item``.  Raises StatesError."""
    state = _map(visit)
    if state.item_selector is None:
        return item
    data = visit.input
    if not state.jsonata and state.input_path is not None:
        data = state.input_path.evaluate(visit.scope())
    context = item_context(visit.context, index, item)
    return state.item_selector.evaluate(Scope(data, context, visit.variables, visit.host))


def item_context(context: Any, index: int, item: Any) -> dict[str, Any]:
    """The context object inside an iteration: ``Map.Item`` of the innermost Map."""
    return {**context, "Map": {"Item": item_entry(index, item)}}


def item_entry(index: int, item: Any) -> dict[str, Any]:
    """``Map.Item``; only items of an object have a ``Key`` (AWS docs, "Context object")."""
    return {"Index": index, **item} if isinstance(item, ObjectItem) else {"Index": index, "Value": item}


def max_items(visit: Visit) -> int | None:
    """ItemReader's MaxItems; None: all.  A text that is a number counts as one (recorded).  Raises StatesError."""
    state = _map(visit)
    if state.item_reader is None or state.item_reader.max_items is None:
        return None
    number = _count(state.item_reader.max_items, "MaxItems", visit.scope(effective_input(visit)))
    if number < 0:
        raise failed("field MaxItems must be positive")
    return number or None


def check_counts(visit: Visit) -> None:
    """Raises StatesError for a count of ItemReader or ItemBatcher that is no number; AWS looks before the Map Run."""
    state, scope = _map(visit), visit.scope(effective_input(visit))
    if state.item_reader is not None and state.item_reader.max_items is not None:
        _count(state.item_reader.max_items, "MaxItems", scope)
    if state.item_batcher is not None:
        _batch_limit(state.item_batcher.max_items, "MaxItemsPerBatch", scope)
        _batch_limit(state.item_batcher.max_input_bytes, "MaxInputBytesPerBatch", scope)


def reader_arguments(visit: Visit) -> Any:
    """ItemReader's evaluated Parameters or Arguments (``{"Bucket": ..., "Key": ...}``).  Raises StatesError."""
    reader = _map(visit).item_reader
    arguments = reader.arguments if reader is not None else None
    return {} if arguments is None else arguments.evaluate(visit.scope(effective_input(visit)))


def writer_arguments(visit: Visit) -> Any:
    """ResultWriter's evaluated Parameters or Arguments (``{"Bucket": ..., "Prefix": ...}``).  Raises StatesError."""
    writer = _map(visit).result_writer
    arguments = writer.arguments if writer is not None else None
    return {} if arguments is None else arguments.evaluate(visit.scope(effective_input(visit)))


def batches(visit: Visit, inputs: Sequence[Any]) -> list[Any]:
    """ItemBatcher: iteration inputs in groups, ``{"BatchInput"?: ..., "Items": [...]}`` each; without an ItemBatcher
    the inputs as they are.  Raises StatesError."""
    batcher = _map(visit).item_batcher
    if batcher is None:
        return list(inputs)
    scope = visit.scope(effective_input(visit))
    around: dict[str, Any] = {}
    if batcher.batch_input is not None:
        around = {"BatchInput": batcher.batch_input.evaluate(scope)}
    return [{**around, "Items": group} for group in _groups(inputs, batcher, size(around), scope)]


def _groups(inputs: Sequence[Any], batcher: ItemBatcher, frame: int, scope: Scope) -> Iterator[list[Any]]:
    most = _batch_limit(batcher.max_items, "MaxItemsPerBatch", scope)
    room = _batch_limit(batcher.max_input_bytes, "MaxInputBytesPerBatch", scope)
    group: list[Any] = []
    used = frame
    for item in inputs:
        taken = size(item) + 1
        full = (most is not None and len(group) >= most) or (room is not None and used + taken > room)
        if group and full:
            yield group
            group, used = [], frame
        group.append(item)
        used += taken
    if group:
        yield group


def _batch_limit(value: Value | None, name: str, scope: Scope) -> int | None:
    if value is None:
        return None
    number = _count(value, name, scope)
    if number < 1:
        raise runtime_error(f"{name} must be a positive integer.")
    return number


def _count(value: Value, name: str, scope: Scope) -> int:
    number = value.evaluate(scope)
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 19:
        return int(number)
    if is_number(number) and number == number // 1:
        return int(number)
    raise _no_number(value, name, number)


def _map(visit: Visit) -> Map:
    assert isinstance(visit.state, Map)
    return visit.state


def _jsonata_items(state: Map, scope: Scope) -> Any:
    if state.items is None:
        if not isinstance(scope.input, list):
            raise query_error(f"Map state input must be an array but was: {compact(scope.input)}")
        return scope.input
    found = state.items.evaluate(scope)
    if isinstance(state.items, Query) and not (isinstance(found, dict) and state.distributed):
        check_type(found, "array", state.items.text, state.items.location)
    return found


def _jsonpath_items(state: Map, scope: Scope) -> Any:
    found, shown = scope.input, "$"
    if isinstance(state.items, Path):
        found = state.items.find(scope)
        # AWS quotes a path into the context object with one dollar sign (recorded).
        shown = state.items.text[1:] if state.items.variable == CONTEXT else state.items.text
    elif state.items is not None:
        found = state.items.evaluate(scope)
    if isinstance(found, list) or (isinstance(found, dict) and state.distributed):
        return found
    raise runtime_error(f'Reference path "{shown}" must point to array.')


def _number(value: Value | None, attribute: str, scope: Scope) -> int | float | None:
    if value is None:
        return None
    number = value.evaluate(scope)
    whole = attribute != "tolerated_failure_percentage"
    if is_number(number) and (not whole or number == number // 1):
        return int(number) if whole else float(number)
    name = _FIELD_NAMES[attribute]
    raise _no_number(value, name, number, "integer" if whole else "float")


def _no_number(value: Value, name: str, number: Any, kind: str = "integer") -> StatesError:
    if isinstance(value, Path):
        shown = number if isinstance(number, str) else compact(number)
        return runtime_error(
            f'The {name}Path field refers to value "{shown}" which is not a valid {kind}: {value.text}'
        )
    return query_error(f"The {name} field must be an integer but was: {compact(number)}", name)


def _refused(state: Map, text: str, location: str) -> StatesError:
    return query_error(text, location) if state.jsonata else runtime_error(text)
