"""Pipes that read a DynamoDB stream: order, retries, bisecting, dead letters."""

from __future__ import annotations

from typing import Any

import pytest
from pipes_world import World, in_world

SEEN: list[list[str]] = []


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    SEEN.clear()


def keys_of(event: list[dict[str, Any]]) -> list[str]:
    return [record["dynamodb"]["Keys"]["id"]["S"] for record in event]


def note(event: Any, context: Any) -> None:
    SEEN.append(keys_of(event))


def fail(event: Any, context: Any) -> None:
    SEEN.append(keys_of(event))
    raise RuntimeError("no")


def poison(event: Any, context: Any) -> dict[str, Any]:
    """Everything is well but the record ``bad``."""
    SEEN.append(keys_of(event))
    return {"batchItemFailures": [{"itemIdentifier": r["eventID"]} for r in event if keys_of([r]) == ["bad"]]}


async def table(w: World) -> str:
    """Create a table; its stream's ARN."""
    made = await w.do(
        *("CreateTable", "dynamodb"),
        TableName="table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return str(made["TableDescription"]["LatestStreamArn"])


async def write(w: World, *keys: str) -> None:
    for key in keys:
        await w.do("PutItem", "dynamodb", TableName="table", Item={"id": {"S": key}})
    await w.clock.quiet()


def reading(**members: Any) -> dict[str, Any]:
    return {"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON", **members}}


@in_world
async def test_records_come_in_order_and_filtered(w: World) -> None:
    stream = await table(w)
    await write(w, "a", "b", "c")
    pattern = '{"dynamodb":{"Keys":{"id":{"S":[{"anything-but":"b"}]}}}}'
    parameters = reading() | {"FilterCriteria": {"Filters": [{"Pattern": pattern}]}}
    await w.pipe(stream, await w.function(note), SourceParameters=parameters)
    await w.clock.quiet()
    assert SEEN == [["a", "c"]]


@in_world
async def test_latest_leaves_out_what_was_there(w: World) -> None:
    stream = await table(w)
    await write(w, "a")
    await w.pipe(stream, await w.function(note), SourceParameters=reading(StartingPosition="LATEST"))
    await write(w, "b")
    assert SEEN == [["b"]]


@in_world
async def test_what_is_given_up_leaves_a_dead_letter(w: World) -> None:
    stream, letters = await table(w), await w.queue("letters")
    parameters = reading(MaximumRetryAttempts=1, DeadLetterConfig={"Arn": letters})
    await w.pipe(stream, await w.function(fail), SourceParameters=parameters)
    await write(w, "a")
    await w.clock.advance(10)
    assert (SEEN, w.outcomes()) == ([["a"], ["a"]], ["ERROR_FROM_TARGET", "ERROR_FROM_TARGET"])
    (letter,) = await w.bodies("letters")
    assert letter["context"] == {
        "partnerResourceArn": f"arn:aws:pipes:us-east-1:{w.ground.settings.account}:pipe/p",
        "condition": "RetryAttemptsExhausted",
    }
    assert (letter["DDBStreamBatchInfo"]["batchSize"], letter["DDBStreamBatchInfo"]["streamArn"]) == (1, stream)


@in_world
async def test_a_record_that_fails_alone_holds_up_those_behind_it(w: World) -> None:
    stream = await table(w)
    await write(w, "a", "bad", "c")
    parameters = reading(MaximumRetryAttempts=1, OnPartialBatchItemFailure="AUTOMATIC_BISECT")
    await w.pipe(stream, await w.function(poison), SourceParameters=parameters)
    await w.clock.advance(60)
    assert SEEN[:2] == [["a", "bad", "c"], ["bad", "c"]]
    assert SEEN[-1] == ["c"]
    assert [keys for keys in SEEN if keys == ["c"]] == [["c"]]


@in_world
async def test_a_pipe_goes_on_where_it_was_stopped(w: World) -> None:
    stream = await table(w)
    await w.pipe(stream, await w.function(note), SourceParameters=reading())
    await write(w, "a")
    await w.do("StopPipe", Name="p")
    await write(w, "b")
    await w.do("StartPipe", Name="p")
    await w.clock.quiet()
    assert SEEN == [["a"], ["b"]]


@in_world
async def test_an_update_keeps_the_starting_position(w: World) -> None:
    await w.pipe(await table(w), await w.function(note), SourceParameters=reading(BatchSize=5))
    changes = {"DynamoDBStreamParameters": {"MaximumRetryAttempts": 2}}
    await w.do("UpdatePipe", Name="p", RoleArn="arn:aws:iam::123456789012:role/r", SourceParameters=changes)
    shown = (await w.do("DescribePipe", Name="p"))["SourceParameters"]
    assert shown == reading(MaximumRetryAttempts=2)
