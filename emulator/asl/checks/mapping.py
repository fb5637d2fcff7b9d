"""What only a distributed Map has: ItemReader, ItemBatcher, ResultWriter, Label; and any Map's ProcessorConfig."""

from __future__ import annotations

import re
from typing import Any

from emulator.asl.checks import kinds
from emulator.asl.checks.report import Place
from emulator.asl.states.base import JSONATA, JSONPATH

_READER = re.compile(r"arn:[\w-]+:states:::s3:(?:getObject|listObjectsV2)")
_WRITER = re.compile(r"arn:[\w-]+:states:::s3:putObject")
_BAD_LABEL = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]")
_MAX_LABEL = 40

Fields = dict[str, tuple[kinds.Check, str | None]]


def _strings(place: Place, value: Any) -> None:
    if kinds.filled_list(place, value):
        for index, item in enumerate(value):
            kinds.string(place.item(index), item)


_READER_CONFIG: Fields = {
    "InputType": (kinds.one_of("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"), None),
    "ManifestType": (kinds.one_of("ATHENA_DATA", "S3_INVENTORY"), None),
    "Transformation": (kinds.one_of("NONE", "LOAD_AND_FLATTEN"), None),
    "CSVHeaderLocation": (kinds.one_of("FIRST_ROW", "GIVEN"), None),
    "CSVHeaders": (_strings, None),
    "CSVDelimiter": (kinds.one_of("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"), None),
    "ItemsPointer": (kinds.string, None),
    # Numbers over 100,000,000 are accepted (recorded from AWS).
    "MaxItems": (kinds.whole(0, None), None),
    "MaxItemsPath": (kinds.reference, JSONPATH),
    "ExpectedBucketOwner": (kinds.string, None),
}
_BATCHER: Fields = {
    "BatchInput": (kinds.template, None),
    "MaxItemsPerBatch": (kinds.whole(1, None), None),
    "MaxItemsPerBatchPath": (kinds.reference, JSONPATH),
    "MaxInputBytesPerBatch": (kinds.whole(1, 262_144), None),
    "MaxInputBytesPerBatchPath": (kinds.reference, JSONPATH),
}
_WRITER_CONFIG: Fields = {
    "Transformation": (kinds.one_of("NONE", "COMPACT", "FLATTEN"), None),
    "OutputType": (kinds.one_of("JSON", "JSONL"), None),
}
_PROCESSOR_CONFIG: Fields = {
    "Mode": (kinds.one_of("INLINE", "DISTRIBUTED"), None),
    "ExecutionType": (kinds.one_of("STANDARD", "EXPRESS"), None),
}


def check_fields(at: Place, value: Any, fields: Fields) -> bool:
    """Each member of the object ``value`` by its check; False when it is no object."""
    if not kinds.json_object(at, value):
        return False
    for name, item in value.items():
        check, language = fields.get(name, (None, None))
        if check is None:
            at.unsupported(name)
        elif language not in (None, at.language):
            at.foreign(name)
        else:
            check(at.inside(name), item)
    return True


def check_label(place: Place, value: Any) -> None:
    kinds.string(place, value)
    if isinstance(value, str) and (not value or len(value) > _MAX_LABEL or _BAD_LABEL.search(value)):
        place.find("Value is not a valid label")


def check_reader(at: Place, value: Any) -> None:
    def resource(place: Place, item: Any) -> None:
        _integration(place, item, _READER)

    def config(place: Place, item: Any) -> None:
        if check_fields(place, item, _READER_CONFIG):
            _one_at_most(place, item, "MaxItems")
            if item.get("CSVHeaderLocation") == "GIVEN":
                place.missing([name for name in ("CSVHeaders",) if name not in item])

    fields: Fields = {
        "Resource": (resource, None),
        "Parameters": (kinds.template, JSONPATH),
        "Arguments": (kinds.query, JSONATA),
        "ReaderConfig": (config, None),
    }
    if check_fields(at, value, fields):
        at.missing([name for name in ("Resource",) if name not in value])


def check_batcher(at: Place, value: Any) -> None:
    if not check_fields(at, value, _BATCHER):
        return
    _one_at_most(at, value, "MaxItemsPerBatch")
    _one_at_most(at, value, "MaxInputBytesPerBatch")
    if not any(name.startswith("Max") for name in value):
        at.missing(["MaxItemsPerBatch"])


def check_writer(at: Place, value: Any) -> None:
    def resource(place: Place, item: Any) -> None:
        _integration(place, item, _WRITER)

    def config(place: Place, item: Any) -> None:
        check_fields(place, item, _WRITER_CONFIG)

    fields: Fields = {
        "Resource": (resource, None),
        "Parameters": (kinds.template, JSONPATH),
        "Arguments": (kinds.query, JSONATA),
        "WriterConfig": (config, None),
    }
    if check_fields(at, value, fields) and not value:
        at.missing(["Resource"])


def check_processor_config(at: Place, value: Any) -> None:
    if not check_fields(at, value, _PROCESSOR_CONFIG):
        return
    if value.get("Mode") == "DISTRIBUTED":
        at.missing([name for name in ("ExecutionType",) if name not in value])
        if at.express:
            at.find("Express state machine does not support the DISTRIBUTED mode of Map")


def _integration(place: Place, value: Any, known: re.Pattern[str]) -> None:
    if not isinstance(value, str):
        kinds.expect(place, "String")
    elif not known.fullmatch(value):
        place.find(
            f"The resource provided {value} is not recognized. The value is not a valid resource ARN, or the resource "
            "is not available in this region."
        )


def _one_at_most(at: Place, value: dict[str, Any], name: str) -> None:
    if name in value and f"{name}Path" in value:
        at.find(f"Only one of these fields may be given: [{name}, {name}Path]")
