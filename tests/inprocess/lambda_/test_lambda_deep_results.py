"""Results nested so deeply that Python cannot read them: bad answers, and whoever waits for them goes on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from lambda_world import world

DEPTH = 100_000
results: list[Any] = []


def handle(event: Any, context: Any) -> Any:
    return results.pop(0) if results else {"batchItemFailures": []}


@pytest.fixture
def deep() -> str:
    results[:] = [("[" * DEPTH + "]" * DEPTH).encode()]
    return results[0].decode()


def test_a_mapping_returns_the_batch_and_goes_on(deep: str) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handle)
            queue = w.queue(VisibilityTimeout="30")
            types = ["ReportBatchItemFailures"]
            w.do("create_event_source_mapping", EventSourceArn=queue, FunctionName="f", FunctionResponseTypes=types)
            w.put("m")
            await w.clock.advance(29)
            assert w.times() == [0]
            await w.clock.advance(2)
            assert w.times() == [0, 30]
            await w.clock.advance(60)
            assert w.times() == [0, 30]
            assert not w.hops("fault")

    asyncio.run(main())


def test_a_record_holds_it_as_text(deep: str) -> None:
    async def main() -> None:
        async with world() as w:
            w.function(handle)
            sides = {"OnSuccess": {"Destination": w.queue()}}
            w.do("put_function_event_invoke_config", FunctionName="f", DestinationConfig=sides)
            await w.send()
            await w.clock.advance(1)
            (message,) = await w.take()
            assert json.loads(message["Body"])["responsePayload"] == deep
            assert not w.hops("fault")

    asyncio.run(main())
