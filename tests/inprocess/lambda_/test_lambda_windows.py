"""Tumbling windows (AWS docs, "Implementing stateful DynamoDB stream processing in Lambda").

That windows begin at multiples of their length and end at once is this emulator's choice.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lambda_world import ACCOUNT, REGION, World, world
from stream_world import SHARD, STREAM, TestStream

from emulator.core.errors import AwsError

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
events: list[dict[str, Any]] = []
answers: list[Any] = []


@pytest.fixture(autouse=True)
def _clean() -> None:
    events.clear()
    answers.clear()


def count(event: Any, context: Any) -> Any:
    """Counts records in the window's state, unless the test has another answer."""
    events.append(event)
    if answers:
        return answers.pop(0)
    return {"state": {"count": event["state"].get("count", 0) + len(event["Records"])}}


def mapped(w: World, **params: Any) -> dict[str, Any]:
    w.function(count)
    wanted = {"EventSourceArn": STREAM, "FunctionName": "f", "StartingPosition": "TRIM_HORIZON"}
    answer: dict[str, Any] = w.do("create_event_source_mapping", **wanted, TumblingWindowInSeconds=120, **params)
    return answer


def calls() -> list[tuple[list[str], Any, bool]]:
    """Keys, state and whether it was the last one, of every invocation."""
    return [
        (
            [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]],
            event["state"],
            event["isFinalInvokeForWindow"],
        )
        for event in events
    ]


def test_state_goes_from_call_to_call_until_the_window_is_over() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            assert mapped(w)["TumblingWindowInSeconds"] == 120
            stream.put("a")
            await w.clock.advance(10)
            stream.put("b")
            await w.clock.advance(29)
            assert calls() == [(["a"], {}, False), (["b"], {"count": 1}, False)]
            await w.clock.advance(1)  # 22:14:00
            assert calls()[2:] == [([], {"count": 2}, True)]
            stream.put("c")
            await w.clock.advance(0)
            assert calls()[3:] == [(["c"], {}, False)]
            first = events[0]
            del first["Records"]
            assert first == {
                "window": {"start": "2023-11-14T22:12:00Z", "end": "2023-11-14T22:14:00Z"},
                "state": {},
                "shardId": SHARD,
                "eventSourceARN": STREAM,
                "isFinalInvokeForWindow": False,
                "isWindowTerminatedEarly": False,
            }

    asyncio.run(main())


def test_a_later_record_ends_the_window_before_it() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            stream.put("a")
            await w.clock.advance(60)
            stream.put("b")
            mapped(w)
            await w.clock.advance(0)
            assert calls() == [(["a"], {}, True), (["b"], {}, False)]
            assert [event["window"]["start"][11:] for event in events] == ["22:12:00Z", "22:14:00Z"]

    asyncio.run(main())


def test_an_answer_without_state_is_a_failure() -> None:
    async def main() -> None:
        async with world() as w:
            w.queue()
            stream = TestStream(w)
            answers.extend([None, {"state": {"count": 5}}, {"state": 3}, {}])
            mapped(w, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": QUEUE}})
            stream.put("a")
            await w.clock.advance(5)
            stream.put("b")
            await w.clock.advance(5)
            assert calls() == [
                (["a"], {}, False),
                (["a"], {}, False),  # again
                (["b"], {"count": 5}, False),
                (["b"], {"count": 5}, False),
            ]
            (record,) = await w.records()
            assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
            assert record["DDBStreamBatchInfo"]["batchSize"] == 1
            await w.clock.advance(30)
            assert calls()[4:] == [([], {"count": 5}, True)]

    asyncio.run(main())


def test_the_last_call_is_tried_again_too() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            mapped(w)
            stream.put("a")
            await w.clock.advance(39)
            answers.append(None)
            await w.clock.advance(2)
            assert calls()[1:] == [([], {"count": 1}, True)] * 2

    asyncio.run(main())


def test_a_state_of_more_than_a_mebibyte_ends_the_window_early() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            mapped(w)
            large = {"text": "x" * 1024 * 1024}
            answers.append({"state": large})
            stream.put("a")
            await w.clock.advance(0)
            assert calls() == [(["a"], {}, False), ([], large, True)]
            assert [event["isWindowTerminatedEarly"] for event in events] == [False, True]
            stream.put("b")
            await w.clock.advance(0)
            assert calls()[2:] == [(["b"], {}, False)]

    asyncio.run(main())


def test_a_closed_shard_ends_its_window() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            mapped(w)
            stream.put("a")
            await w.clock.advance(0)
            stream.split(SHARD, "shardId-00000002")
            stream.put("b", "shardId-00000002")
            await w.clock.advance(0)
            assert calls() == [(["a"], {}, False), ([], {"count": 1}, True), (["b"], {}, False)]

    asyncio.run(main())


def test_a_window_outlasts_a_pause_of_its_mapping() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            uuid = mapped(w)["UUID"]
            stream.put("a")
            await w.clock.advance(0)
            w.do("update_event_source_mapping", UUID=uuid, Enabled=False)
            await w.clock.advance(100)
            assert len(events) == 1
            w.do("update_event_source_mapping", UUID=uuid, Enabled=True)
            await w.clock.advance(0)
            assert calls()[1:] == [([], {"count": 1}, True)]

    asyncio.run(main())


def test_halves_of_a_batch_pass_the_state_on() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            answers.append(None)
            stream.put("a")
            stream.put("b")
            await w.clock.advance(60)
            stream.put("c")
            mapped(w, BisectBatchOnFunctionError=True)
            await w.clock.advance(0)
            assert calls() == [
                (["a", "b"], {}, True),
                (["a"], {}, False),
                (["b"], {"count": 1}, True),
                (["c"], {}, False),
            ]

    asyncio.run(main())


def test_windows_and_lanes_exclude_each_other_here() -> None:
    async def main() -> None:
        async with world() as w:
            TestStream(w)
            with pytest.raises(AwsError, match="TumblingWindowInSeconds with ParallelizationFactor is not emulated"):
                mapped(w, ParallelizationFactor=2)

    asyncio.run(main())
