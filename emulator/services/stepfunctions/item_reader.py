"""ItemReader: the items of a distributed Map from S3.  AWS docs, "ItemReader (Map)"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulator.asl.dataflow import Visit
from emulator.asl.errors import StatesError
from emulator.asl.items import failed, read_items
from emulator.asl.maps import max_items, reader_arguments
from emulator.asl.states import ItemReader
from emulator.core.errors import AwsError
from emulator.core.timestamps import iso_milliseconds
from emulator.services.stepfunctions.flow import Flow

_PAGE = 1000


async def read_source(flow: Flow, visit: Visit, reader: ItemReader) -> list[Any]:
    """All items, at most MaxItems.  Raises StatesError (``States.ItemReaderFailed``)."""
    limit = max_items(visit)
    arguments = reader_arguments(visit)
    if reader.resource.endswith(":listObjectsV2"):
        return await _listing(flow, reader, arguments, limit)
    if reader.input_type == "MANIFEST":
        raise failed("InputType MANIFEST is not emulated.")
    return read_items(await _object(flow, arguments, arguments.get("Key")), reader, limit)


async def _object(flow: Flow, arguments: dict[str, Any], key: Any) -> bytes:
    answer = await _s3(flow, "GetObject", {"Bucket": arguments.get("Bucket"), "Key": key})
    body = answer.get("Body") or b""
    if hasattr(body, "read"):
        body = body.read()
    return body.encode() if isinstance(body, str) else bytes(body)


async def _listing(flow: Flow, reader: ItemReader, arguments: dict[str, Any], limit: int | None) -> list[Any]:
    found: list[dict[str, Any]] = []
    params = {name: value for name, value in arguments.items() if name in ("Bucket", "Prefix", "Delimiter")}
    while True:
        page = await _s3(flow, "ListObjectsV2", {**params, "MaxKeys": _PAGE})
        found += page.get("Contents") or []
        if not page.get("IsTruncated"):
            break
        params["ContinuationToken"] = page["NextContinuationToken"]
    if reader.transformation == "LOAD_AND_FLATTEN":
        items: list[Any] = []
        for entry in found:
            items += read_items(await _object(flow, arguments, entry["Key"]), reader)
        return items[:limit]
    return [_entry(entry) for entry in found][:limit]


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    modified: Any = entry.get("LastModified")
    if isinstance(modified, datetime):
        modified = modified.timestamp()
    return {
        "Etag": entry.get("ETag"),
        "Key": entry["Key"],
        "LastModified": iso_milliseconds(modified) if isinstance(modified, (int, float)) else modified,
        "Size": entry.get("Size", 0),
        "StorageClass": entry.get("StorageClass", "STANDARD"),
    }


async def _s3(flow: Flow, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    origin = flow.run.execution.origin
    try:
        return await flow.run.ground.courier.call(
            "s3", operation, params, account=origin.account, region=origin.region, cause=flow.cause
        )
    except AwsError as error:
        raise StatesError("States.ItemReaderFailed", error.message or error.code) from error
