"""ItemReader: the items in a file that a distributed Map iterates over.

AWS docs, "ItemReader (Map)"; the treatment of odd CSV files as recorded from AWS.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
from typing import Any

from emulator.asl.errors import StatesError
from emulator.asl.jackson import JsonSyntaxError, read_json
from emulator.asl.states import ItemReader

ITEM_READER_FAILED = "States.ItemReaderFailed"
_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_MISSING = object()


def read_items(body: bytes, reader: ItemReader, limit: int | None = None) -> list[Any]:
    """The items of one object of type CSV, JSON, JSONL or PARQUET; ``limit`` from ``maps.max_items``.

    StatesError States.ItemReaderFailed for everything wrong with the file.  MANIFEST files name further objects, so
    they are the caller's.
    """
    read = {"CSV": _csv_items, "JSON": _json_items, "JSONL": _json_lines, "PARQUET": _parquet_items}.get(
        reader.input_type or ""
    )
    if read is None:
        raise failed(f"InputType {reader.input_type} cannot be read from one object.")
    return read(body, reader)[:limit]


def as_read(reader: ItemReader | None) -> ItemReader:
    """How to read the data of ``reader`` when somebody else has fetched them: as its InputType says, else as JSON."""
    if reader is None or reader.input_type not in ("CSV", "JSON", "JSONL"):
        return ItemReader(resource="", input_type="JSON")
    return reader


def failed(cause: str) -> StatesError:
    return StatesError(ITEM_READER_FAILED, cause)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise failed("The file is not valid UTF-8.") from None


def _json_items(body: bytes, reader: ItemReader) -> list[Any]:
    try:
        document = read_json(_text(body))
    except JsonSyntaxError as error:
        raise failed(error.message) from None
    if reader.items_pointer:
        document = _pointed(document, reader.items_pointer)
    if not isinstance(document, list):
        raise failed("Attempting to map over non-iterable node.")
    return document


def _json_lines(body: bytes, _reader: ItemReader) -> list[Any]:
    try:
        return [read_json(line) for line in _text(body).split("\n") if line.strip()]
    except JsonSyntaxError as error:
        raise failed(error.message) from None


def _parquet_items(body: bytes, _reader: ItemReader) -> list[Any]:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise failed("InputType PARQUET needs the Python package pyarrow beside the emulator.") from None
    try:
        rows = parquet.read_table(io.BytesIO(body)).to_pylist()
    except Exception as error:
        raise failed(f"The PARQUET file cannot be read: {error}") from None
    items: list[Any] = json.loads(json.dumps(rows, default=str))
    return items


def _csv_items(body: bytes, reader: ItemReader) -> list[Any]:
    """Missing cells are empty texts, cells beyond the headers are dropped, every value is a text."""
    delimiter = _DELIMITERS[reader.csv_delimiter]
    try:
        rows = [row for row in csv.reader(io.StringIO(_text(body), newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise failed(f"The CSV file cannot be read: {error}") from None
    headers = list(reader.csv_headers)
    if reader.csv_header_location != "GIVEN":
        headers, rows = (rows[0], rows[1:]) if rows else ([], [])
    if len(set(headers)) != len(headers):
        raise failed("CSV headers cannot contain duplicates.")
    return [{name: row[at] if at < len(row) else "" for at, name in enumerate(headers)} for row in rows]


def _pointed(document: Any, pointer: str) -> Any:
    """A JSON pointer (RFC 6901)."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(name, _MISSING)
        elif isinstance(document, list) and name.isascii() and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            document = _MISSING
        if document is _MISSING:
            raise failed(f"The ItemsPointer '{pointer}' does not point to a value of the file.")
    return document
