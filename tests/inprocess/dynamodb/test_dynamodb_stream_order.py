"""Ten thousand writes by twenty writers reach a function that fails now and then: nothing lost, each key in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import Any

from emulator.app import Emulator
from emulator.core.settings import Settings
from emulator.services.dynamodb.stream import StreamOptions
from emulator.stack import Stack

ACCOUNT, REGION = "000000000000", "us-east-1"
WRITERS, BATCHES, BATCH, KEYS = 20, 20, 25, 100
FAILS_EVERY = 5
SHARDS, LANES = 3, 2

calls: list[int] = []
handed: list[dict[str, Any]] = []
refused: list[list[str]] = []


def take(event: dict[str, Any], context: Any) -> None:
    """Every fifth call fails; the others keep their records."""
    calls.append(len(event["Records"]))
    if len(calls) % FAILS_EVERY == 0:
        refused.append([record["dynamodb"]["SequenceNumber"] for record in event["Records"]])
        raise RuntimeError("now and then")
    handed.extend(event["Records"])


def stack(**mapping: Any) -> Stack:
    described = Stack(Path(__file__).parent, "test").table("tasks", key="id", stream=True)
    described.function("take", take, timeout=60)
    return described.mapping("take", table="tasks", function="take", **mapping)


async def write_all(emulator: Emulator) -> None:
    cause = emulator.ground.new_cause()

    async def writer(number: int) -> None:
        for batch in range(BATCHES):
            keys = [f"k{(number * 7 + batch * BATCH + place) % KEYS}" for place in range(BATCH)]
            items = [{"id": {"S": key}, "by": {"N": str(number)}, "batch": {"N": str(batch)}} for key in keys]
            params = {"RequestItems": {"tasks": [{"PutRequest": {"Item": item}} for item in items]}}
            answer = await emulator.operations(
                "dynamodb", "BatchWriteItem", params, account=ACCOUNT, region=REGION, cause=cause
            )
            assert not answer["UnprocessedItems"]

    await asyncio.gather(*(writer(number) for number in range(WRITERS)))


def test_ten_thousand_writes() -> None:
    async def main() -> None:
        emulator = Emulator(Settings(runtime="inline"), clock="auto", start=1_700_000_000.0, seed=1)
        emulator.ground.cloud.shared(StreamOptions).shards = SHARDS
        try:
            await emulator.deploy(stack(parallelization=LANES))
            await write_all(emulator)
            await emulator.ground.clock.run_until_idle()
        finally:
            await emulator.stop(drain=0)

    asyncio.run(main())
    numbers = [record["dynamodb"]["SequenceNumber"] for record in handed]
    assert len(numbers) == len(set(numbers)) == WRITERS * BATCHES * BATCH
    assert len(refused) > 10
    assert {number for batch in refused for number in batch} <= set(numbers)
    by_key = defaultdict(list)
    for record in handed:
        by_key[record["dynamodb"]["Keys"]["id"]["S"]].append(record["dynamodb"])
    assert len(by_key) == KEYS
    for mine in by_key.values():
        assert "OldImage" not in mine[0]
        assert [change["OldImage"] for change in mine[1:]] == [change["NewImage"] for change in mine[:-1]]
