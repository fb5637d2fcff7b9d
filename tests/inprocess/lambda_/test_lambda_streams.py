"""Mappings of streams, with a stream inside this process (event source mapping docs for DynamoDB; recordings)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from lambda_world import ACCOUNT, REGION, START, World, world
from stream_world import SHARD, STREAM, TestStream

from emulator.core.errors import AwsError

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
seen: list[list[str]] = []
answers: list[Any] = []


@pytest.fixture(autouse=True)
def _clean() -> None:
    seen.clear()
    answers.clear()


def keys(event: Any) -> list[str]:
    return [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]


def collect(event: Any, context: Any) -> Any:
    seen.append(keys(event))
    if not answers:
        return None
    answer = answers.pop(0)
    if isinstance(answer, Exception):
        raise answer
    return answer


def refuse_bad(event: Any, context: Any) -> None:
    seen.append(keys(event))
    if "bad" in keys(event):
        raise ValueError("bad record")


def whole(event: Any, context: Any) -> None:
    seen.append(event)


def mapped(w: World, handler: Any = collect, **params: Any) -> dict[str, Any]:
    if "f" not in [entry["FunctionName"] for entry in w.do("list_functions")["Functions"]]:
        w.function(handler)
    wanted = {"EventSourceArn": STREAM, "FunctionName": "f", "StartingPosition": "TRIM_HORIZON"}
    answer: dict[str, Any] = w.do("create_event_source_mapping", **(wanted | params))
    return answer


def failing(count: int) -> None:
    answers.extend([RuntimeError("no")] * count)


def partial(*sequences: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in sequences]}


REPORT = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def test_configuration_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            TestStream(w)
            answer = mapped(w)
            uuid = answer.pop("UUID")
            assert answer == {
                "StartingPosition": "TRIM_HORIZON",
                "BatchSize": 100,
                "MaximumBatchingWindowInSeconds": 0,
                "ParallelizationFactor": 1,
                "EventSourceArn": STREAM,
                "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
                "LastModified": START,
                "LastProcessingResult": "No records processed",
                "State": "Creating",
                "StateTransitionReason": "User action",
                "DestinationConfig": {"OnFailure": {}},
                "MaximumRecordAgeInSeconds": -1,
                "BisectBatchOnFunctionError": False,
                "MaximumRetryAttempts": -1,
                "TumblingWindowInSeconds": 0,
                "FunctionResponseTypes": [],
                "EventSourceMappingArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:{uuid}",
            }

    asyncio.run(main())


@pytest.mark.parametrize(
    ("params", "text"),
    [
        (
            {"StartingPosition": None},
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must "
            "not be null.",
        ),
        ({"StartingPosition": "AT_TIMESTAMP"}, f"Unsupported starting position for arn type: {STREAM}"),
        ({"EventSourceArn": STREAM + "9"}, f"Stream not found: {STREAM}9"),
        ({"FunctionName": "nobody"}, "Function does not exist"),
    ],
)
def test_errors_recorded(params: dict[str, Any], text: str) -> None:
    async def main() -> None:
        async with world() as w:
            TestStream(w)
            with pytest.raises(AwsError) as failure:
                mapped(w, **params)
            assert (failure.value.code, failure.value.message) == ("InvalidParameterValueException", text)

    asyncio.run(main())


def test_the_same_mapping_twice_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            TestStream(w)
            uuid = mapped(w)["UUID"]
            with pytest.raises(AwsError) as failure:
                mapped(w)
            assert failure.value.code == "ResourceConflictException"
            assert failure.value.message == (
                f'The event source arn (" {STREAM} ") and function (" f ") provided mapping already exists. Please '
                f"update or delete the existing mapping with UUID {uuid}"
            )

    asyncio.run(main())


def test_topics_that_do_not_exist_are_refused_by_name() -> None:
    async def main() -> None:
        async with world() as w:
            TestStream(w)
            topic = {"OnFailure": {"Destination": "arn:aws:sns:us-east-1:123456789012:t"}}
            with pytest.raises(AwsError, match="A destination of service sns is not emulated"):
                mapped(w, DestinationConfig=topic)

    asyncio.run(main())


def test_records_arrive_in_order_with_the_streams_arn() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            stream.put("a")
            mapped(w, whole)
            await w.clock.advance(0)
            (event,) = seen
            (record,) = event["Records"]
            assert record["eventSourceARN"] == STREAM
            assert list(record)[-1] == "eventSourceARN"
            (uuid,) = [m["UUID"] for m in w.do("list_event_source_mappings")["EventSourceMappings"]]
            assert w.do("get_event_source_mapping", UUID=uuid)["LastProcessingResult"] == "OK"

    asyncio.run(main())


def test_trim_horizon_and_latest() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            stream.put("before")
            mapped(w, StartingPosition="LATEST")
            await w.clock.advance(1)
            stream.put("after")
            await w.clock.advance(1)
            assert seen == [["after"]]

    asyncio.run(main())


def test_batch_size_and_window() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            for number in range(5):
                stream.put(str(number))
            mapped(w, BatchSize=2, MaximumBatchingWindowInSeconds=10)
            await w.clock.advance(0)
            assert seen == [["0", "1"], ["2", "3"]]
            await w.clock.advance(9)
            stream.put("5")
            await w.clock.advance(0)
            assert seen[2:] == [["4", "5"]]
            stream.put("6")
            await w.clock.advance(9.9)
            assert len(seen) == 3
            await w.clock.advance(0.2)
            assert seen[3:] == [["6"]]

    asyncio.run(main())


def test_the_last_result_is_shown_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            uuid = mapped(w)["UUID"]
            seen_results = []
            for answer in (None, RuntimeError("no")):
                answers.append(answer)
                stream.put("a")
                await w.clock.advance(0)
                seen_results.append(w.do("get_event_source_mapping", UUID=uuid)["LastProcessingResult"])
            assert seen_results == ["OK", "PROBLEM: Function call failed"]

    asyncio.run(main())


def test_a_failing_batch_blocks_its_shard_until_retries_are_over() -> None:
    async def main() -> None:
        async with world() as w:
            w.queue()
            stream = TestStream(w)
            failing(2)
            mapped(w, MaximumRetryAttempts=1, BatchSize=1, DestinationConfig={"OnFailure": {"Destination": QUEUE}})
            stream.put("a")
            stream.put("b")
            await w.clock.advance(0.5)
            assert seen == [["a"]]
            await w.clock.advance(0.5)
            assert seen == [["a"], ["a"], ["b"]]
            (record,) = await w.records()
            request_id = record["requestContext"].pop("requestId")
            assert request_id
            assert record == {
                "requestContext": {
                    "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
                    "condition": "RetryAttemptsExhausted",
                    "approximateInvokeCount": 2,
                },
                "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
                "version": "1.0",
                "timestamp": "2023-11-14T22:13:21.000Z",
                "DDBStreamBatchInfo": {
                    "shardId": SHARD,
                    "startSequenceNumber": "111",
                    "endSequenceNumber": "111",
                    "approximateArrivalOfFirstRecord": "2023-11-14T22:13:20Z",
                    "approximateArrivalOfLastRecord": "2023-11-14T22:13:20Z",
                    "batchSize": 1,
                    "streamArn": STREAM,
                },
            }
            members = ["requestContext", "responseContext", "version", "timestamp", "DDBStreamBatchInfo"]
            assert list(record) == members

    asyncio.run(main())


def test_partial_failures_move_the_checkpoint_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            w.queue()
            stream = TestStream(w)
            for key in "abcd":
                stream.put(key)
            answers.extend([partial("113"), partial("113"), None])
            target = {"OnFailure": {"Destination": QUEUE}}
            mapped(w, MaximumRetryAttempts=1, DestinationConfig=target, **REPORT)
            await w.clock.advance(10)
            # c and d once more; then c fails again and the batch is given up
            assert seen == [["a", "b", "c", "d"], ["c", "d"]]
            (record,) = await w.records()
            assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None}
            info = record["DDBStreamBatchInfo"]
            assert (info["startSequenceNumber"], info["endSequenceNumber"]) == ("113", "114")

    asyncio.run(main())


def test_bisecting_finds_the_bad_record_without_spending_retries() -> None:
    async def main() -> None:
        async with world() as w:
            w.queue()
            stream = TestStream(w)
            for key in ("a", "b", "bad", "d"):
                stream.put(key)
            target = {"OnFailure": {"Destination": QUEUE}}
            mapped(w, refuse_bad, MaximumRetryAttempts=0, BisectBatchOnFunctionError=True, DestinationConfig=target)
            await w.clock.advance(0)
            assert seen == [["a", "b", "bad", "d"], ["a", "b"], ["bad", "d"], ["bad"], ["d"]]
            (record,) = await w.records()
            assert record["DDBStreamBatchInfo"]["startSequenceNumber"] == "113"
            assert record["DDBStreamBatchInfo"]["batchSize"] == 1

    asyncio.run(main())


def test_bisecting_with_a_partial_answer_goes_on_from_there() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            for key in "abcd":
                stream.put(key)
            answers.extend([partial("112"), None])
            mapped(w, MaximumRetryAttempts=0, BisectBatchOnFunctionError=True, **REPORT)
            await w.clock.advance(0)
            assert seen == [["a", "b", "c", "d"], ["b", "c", "d"]]

    asyncio.run(main())


def test_old_records_go_to_the_destination_without_response_context() -> None:
    async def main() -> None:
        async with world() as w:
            w.queue()
            stream = TestStream(w)
            failing(100)
            target = {"OnFailure": {"Destination": QUEUE}}
            mapped(w, MaximumRecordAgeInSeconds=60, DestinationConfig=target)
            stream.put("a")
            await w.clock.advance(30)
            assert len(seen) == 5  # 0, 1, 3, 7, 15 s; the next at 31 s
            await w.clock.advance(100)
            (record,) = await w.records()
            assert record["requestContext"]["condition"] == "RecordAgeExceeded"
            assert "responseContext" not in record
            assert len(seen) == 6

    asyncio.run(main())


def test_throttling_is_no_attempt() -> None:
    async def main() -> None:
        async with world() as w:
            w.queue()
            stream = TestStream(w)
            mapped(w, MaximumRetryAttempts=0)
            w.do("put_function_concurrency", FunctionName="f", ReservedConcurrentExecutions=0)
            stream.put("a")
            await w.clock.advance(20)
            assert seen == []
            w.do("delete_function_concurrency", FunctionName="f")
            await w.clock.advance(20)
            assert seen == [["a"]]

    asyncio.run(main())


def test_filters_skip_records_and_the_checkpoint_passes_them() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            pattern = json.dumps({"dynamodb": {"NewImage": {"state": {"S": ["done"]}}}})
            mapped(w, FilterCriteria={"Filters": [{"Pattern": pattern}]})
            stream.put("a", state={"S": "new"})
            stream.put("b", state={"S": "done"})
            stream.put("c", state={"S": "new"})
            await w.clock.advance(0)
            assert seen == [["b"]]

    asyncio.run(main())


def test_disabling_pauses_and_enabling_goes_on_from_the_checkpoint() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            uuid = mapped(w)["UUID"]
            stream.put("a")
            await w.clock.advance(1)
            assert w.do("update_event_source_mapping", UUID=uuid, Enabled=False)["State"] == "Disabling"
            stream.put("b")
            await w.clock.advance(1)
            assert seen == [["a"]]
            assert w.do("update_event_source_mapping", UUID=uuid, Enabled=True)["State"] == "Enabling"
            await w.clock.advance(1)
            assert seen == [["a"], ["b"]]

    asyncio.run(main())


def test_deleting_in_the_middle_of_retries_ends_them() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            failing(100)
            uuid = mapped(w)["UUID"]
            stream.put("a")
            await w.clock.advance(1)
            w.do("delete_event_source_mapping", UUID=uuid)
            await w.clock.advance(100)
            assert len(seen) == 2
            assert w.clock.busy == 0

    asyncio.run(main())


def test_lanes_run_side_by_side_and_keep_the_order_of_a_key() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            for number in range(3):
                for key in "abcdef":
                    stream.put(key, number={"N": str(number)})
            mapped(w, whole, ParallelizationFactor=4, BatchSize=1)
            await w.clock.advance(1)
            by_key: dict[str, list[str]] = {}
            for event in seen:
                image = event["Records"][0]["dynamodb"]["NewImage"]
                by_key.setdefault(image["id"]["S"], []).append(image["number"]["N"])
            assert by_key == {key: ["0", "1", "2"] for key in "abcdef"}

    asyncio.run(main())


def test_a_child_shard_waits_for_its_parent() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            failing(1)
            mapped(w, StartingPosition="LATEST")
            stream.put("a")
            stream.split(SHARD, "shardId-00000002")
            stream.put("b", "shardId-00000002")
            await w.clock.advance(0.5)
            assert seen == [["a"]]
            await w.clock.advance(1)
            assert seen == [["a"], ["a"], ["b"]]

    asyncio.run(main())


def test_a_stream_that_is_gone_is_looked_for() -> None:
    async def main() -> None:
        async with world() as w:
            stream = TestStream(w)
            mapped(w)
            await w.clock.advance(1)
            stream.exists = False
            stream.waiters.wake_all()
            await w.clock.advance(5)
            stream.exists = True
            stream.put("a")
            await w.clock.advance(25)
            assert seen == [["a"]]

    asyncio.run(main())
