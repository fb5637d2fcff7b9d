"""Map, inline and distributed, with the parts that only a distributed one uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from emulator.asl.scope import Value
from emulator.asl.states.base import WorkState
from emulator.asl.states.workflow import Workflow

INLINE, DISTRIBUTED = "INLINE", "DISTRIBUTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReader:
    """``resource`` ends in ``s3:getObject`` or ``s3:listObjectsV2``; ``arguments`` gives ``{"Bucket", "Key"}`` etc."""

    resource: str
    arguments: Value | None = None
    input_type: str | None = None  # CSV, JSON, JSONL, PARQUET, MANIFEST
    manifest_type: str | None = None  # ATHENA_DATA, S3_INVENTORY
    transformation: str = "NONE"  # LOAD_AND_FLATTEN (listObjectsV2)
    csv_header_location: str | None = None  # FIRST_ROW, GIVEN
    csv_headers: tuple[str, ...] = ()
    csv_delimiter: str = "COMMA"
    items_pointer: str | None = None  # a JSON pointer
    max_items: Value | None = None  # see emulator.asl.maps.max_items
    expected_bucket_owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBatcher:
    """See ``emulator.asl.maps.batches``."""

    max_items: Value | None = None
    max_input_bytes: Value | None = None
    batch_input: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWriter:
    """``resource`` None: only the writer's configuration is given, results stay in the state's output."""

    resource: str | None = None
    arguments: Value | None = None
    transformation: str = "NONE"  # NONE, COMPACT, FLATTEN
    output_type: str = "JSON"  # JSON, JSONL


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(WorkState):
    """``items`` is ItemsPath or Items; None: the effective input itself.  ``item_selector`` holds old Parameters too.
    ``mode`` DISTRIBUTED has an ``execution_type``, STANDARD or EXPRESS."""

    type: ClassVar[str] = "Map"

    processor: Workflow
    mode: str = INLINE
    execution_type: str | None = None
    items: Value | None = None
    item_selector: Value | None = None
    max_concurrency: Value | None = None
    tolerated_failure_count: Value | None = None
    tolerated_failure_percentage: Value | None = None
    label: str | None = None
    item_reader: ItemReader | None = None
    item_batcher: ItemBatcher | None = None
    result_writer: ResultWriter | None = None

    @property
    def distributed(self) -> bool:
        return self.mode == DISTRIBUTED
