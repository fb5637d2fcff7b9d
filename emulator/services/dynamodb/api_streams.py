"""DynamoDB Streams operations."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from emulator.core.courier import StreamRecord
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.dynamodb.store import DynamoDbStore
from emulator.services.dynamodb.stream import Shard, Stream
from emulator.services.dynamodb.values import invalid, to_wire

PAGE = 100
RECORDS = 1000
BYTES = 1_000_000
"""Records and bytes that one GetRecords gives at most (AWS docs, GetRecords)."""
ITERATOR_LIFE = 900.0
"""Seconds (AWS docs, GetShardIterator)."""


def list_streams(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    store, table = call.store(DynamoDbStore), params.get("TableName")
    found = [s for s in store.streams.values() if s.exists and table in (None, s.table, s.table_arn)]
    arns = [stream.arn for stream in found]
    start = arns.index(params["ExclusiveStartStreamArn"]) + 1 if params.get("ExclusiveStartStreamArn") in arns else 0
    end = start + params.get("Limit", PAGE)
    shown = [{"StreamArn": s.arn, "TableName": s.table, "StreamLabel": s.label} for s in found[start:end]]
    return {"Streams": shown, **({"LastEvaluatedStreamArn": arns[end - 1]} if end < len(found) else {})}


def describe_stream(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    stream = _find(call, params["StreamArn"])
    shards = list(stream.shards.values())
    after = params.get("ExclusiveStartShardId")
    start = next((n + 1 for n, shard in enumerate(shards) if shard.id == after), 0)
    end = start + params.get("Limit", PAGE)
    description = {
        "StreamArn": stream.arn,
        "StreamLabel": stream.label,
        "StreamStatus": "ENABLED" if stream.enabled else "DISABLED",
        "StreamViewType": stream.view,
        "CreationRequestDateTime": stream.created,
        "TableName": stream.table,
        "KeySchema": stream.schema,
        "Shards": [_shard(stream, shard) for shard in shards[start:end]],
    }
    if end < len(shards):
        description["LastEvaluatedShardId"] = shards[end - 1].id
    return {"StreamDescription": description}


def _shard(stream: Stream, shard: Shard) -> dict[str, Any]:
    numbers = {"StartingSequenceNumber": str(shard.first)}
    if not stream.enabled:
        numbers["EndingSequenceNumber"] = stream.last_sequence()
    return {"ShardId": shard.id, "SequenceNumberRange": numbers}


def _find(call: Call, arn: str) -> Stream:
    stream = call.store(DynamoDbStore).streams.get(arn)
    if stream is None or not stream.exists:
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")
    return stream


def _find_shard(stream: Stream, shard: str) -> Shard:
    if shard not in stream.shards:
        text = f"Requested resource not found: Shard: {shard} in Stream: {stream.arn} not found"
        raise AwsError("ResourceNotFoundException", text)
    return stream.shards[shard]


def get_shard_iterator(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    stream = _find(call, params["StreamArn"])
    shard = _find_shard(stream, params["ShardId"])
    kind, sequence = params["ShardIteratorType"], params.get("SequenceNumber")
    by_number = kind.endswith("SEQUENCE_NUMBER")
    if by_number != (sequence is not None):
        raise invalid(f"SequenceNumber must be given if and only if the iterator type names one: {kind}")
    position = shard.end if kind == "LATEST" else shard.trimmed
    if by_number:
        position = _numbered(shard, kind, str(sequence))
    return {"ShardIterator": _iterator(call, stream, shard, position)}


def _numbered(shard: Shard, kind: str, sequence: str) -> int:
    if not sequence.isascii() or not sequence.isdigit() or int(sequence) < shard.first:
        raise invalid(f"Invalid SequenceNumber: {sequence}")
    number = int(sequence) - (kind == "AT_SEQUENCE_NUMBER")
    if shard.trimmed and shard.numbers and number + 1 < shard.numbers[0]:
        text = "The operation attempted to read past the oldest stream record in a shard."
        raise AwsError("TrimmedDataAccessException", text)
    return shard.behind(number)


def _iterator(call: Call, stream: Stream, shard: Shard, position: int) -> str:
    inside = f"{shard.id}|{position}|{call.clock.now() + ITERATOR_LIFE}"
    return f"{stream.arn}|1|{base64.urlsafe_b64encode(inside.encode()).decode()}"


def get_records(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    stream, shard, position = _opened(call, params["ShardIterator"])
    found, behind = stream.read(shard, position, params.get("Limit", RECORDS))
    shown = _within(found)
    behind -= len(found) - len(shown)
    answer: dict[str, Any] = {"Records": [_shown(record) for record in shown]}
    if stream.enabled or behind < shard.end:
        answer["NextShardIterator"] = _iterator(call, stream, shard, behind)
    return answer


def _opened(call: Call, iterator: str) -> tuple[Stream, Shard, int]:
    arn, _, token = iterator.rpartition("|1|")
    try:
        shard, position, until = base64.urlsafe_b64decode(token.encode()).decode().split("|")
        place, end = int(position), float(until)
    except ValueError:
        raise invalid("Invalid ShardIterator") from None
    if end < call.clock.now():
        raise AwsError("ExpiredIteratorException", "The provided iterator exceeds the maximum age allowed.")
    stream = _find(call, arn)
    return stream, _find_shard(stream, shard), place


def _within(records: Sequence[StreamRecord]) -> Sequence[StreamRecord]:
    """As many as fit into an answer, one at least."""
    size = 0
    for count, record in enumerate(records):
        size += len(compact(record.data["dynamodb"]))
        if size > BYTES and count:
            return records[:count]
    return records


def _shown(record: StreamRecord) -> dict[str, Any]:
    shown = dict(record.data, dynamodb=to_wire(record.data["dynamodb"]))
    who = shown.get("userIdentity")
    if who is not None:
        shown["userIdentity"] = {"Type": who["type"], "PrincipalId": who["principalId"]}
    return shown
