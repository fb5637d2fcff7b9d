"""What a Map iterates over, how many at a time, and what each iteration gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emulator.asl.dataflow import Visit


@dataclass(frozen=True, slots=True)
class MapSettings:
    """``max_concurrency`` 0: no limit; negative: AWS never starts an item (recorded).  Tolerances None: not given."""

    max_concurrency: int
    tolerated_failure_count: int | None
    tolerated_failure_percentage: float | None

    def exceeded(self, failed: int, total: int) -> bool:
        """Whether a distributed Map with ``failed`` of ``total`` items failed fails as a whole."""
        raise NotImplementedError


def map_settings(visit: Visit) -> MapSettings:
    """Evaluated before the items.  Also writes TestState's stages.  Raises StatesError."""
    raise NotImplementedError


def map_items(visit: Visit) -> list[Any]:
    """The items of a Map without ItemReader; an object gives ``{"Key", "Value"}`` items.  Raises StatesError."""
    raise NotImplementedError


def iteration_input(visit: Visit, index: int, item: Any, key: str | None = None) -> Any:
    """The input of one iteration: the item, or ItemSelector's template.  Adds ``Map.Item`` to the context itself."""
    raise NotImplementedError


def max_items(visit: Visit) -> int | None:
    """ItemReader's MaxItems; None and 0: all.  Raises StatesError."""
    raise NotImplementedError


def reader_arguments(visit: Visit) -> Any:
    """ItemReader's evaluated Parameters or Arguments (``{"Bucket": ..., "Key": ...}``)."""
    raise NotImplementedError


def writer_arguments(visit: Visit) -> Any:
    """ResultWriter's evaluated Parameters or Arguments (``{"Bucket": ..., "Prefix": ...}``)."""
    raise NotImplementedError


def batches(visit: Visit, inputs: Sequence[Any]) -> list[Any]:
    """ItemBatcher: iteration inputs in groups, ``{"BatchInput"?: ..., "Items": [...]}`` each."""
    raise NotImplementedError
