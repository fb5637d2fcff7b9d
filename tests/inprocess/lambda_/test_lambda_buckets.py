"""Records of failures as objects in a bucket (AWS docs: asynchronous invocations; recorded from AWS: streams)."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from lambda_world import ACCOUNT, REGION, World, world
from stream_world import SHARD, STREAM, TestStream

from emulator.core.errors import AwsError
from emulator.services.lambda_.store import store_of

BUCKET = "arn:aws:s3:::failed"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
TO_BUCKET = {"OnFailure": {"Destination": BUCKET}}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DAY = "2023/11/14/2023-11-14T22"
"""When the world begins: 2023-11-14T22:13:20Z."""


def fail(event: Any, context: Any) -> None:
    raise ValueError("no")


def succeed(event: Any, context: Any) -> str:
    return "yes"


async def objects(w: World) -> dict[str, bytes]:
    listed = (await w.s3("ListObjectsV2", Bucket="failed")).get("Contents", [])
    return {one["Key"]: (await w.s3("GetObject", Bucket="failed", Key=one["Key"]))["Body"] for one in listed}


async def one_record(w: World, key: str) -> dict[str, Any]:
    """The only object's record; its key fits the pattern ``key``."""
    ((found, body),) = (await objects(w)).items()
    assert re.fullmatch(key, found), found
    record: dict[str, Any] = json.loads(body)
    return record


@pytest.mark.parametrize("mode", ["manual", "auto"])
@pytest.mark.parametrize("qualifier", [{}, {"Qualifier": "1"}])
def test_a_failed_event_is_an_object(mode: str, qualifier: dict[str, str]) -> None:
    async def main() -> None:
        async with world(mode) as w:
            w.with_buckets()
            w.function(fail, Publish=True)
            await w.s3("CreateBucket", Bucket="failed")
            shown = w.do("put_function_event_invoke_config", FunctionName="f", DestinationConfig=TO_BUCKET, **qualifier)
            assert shown["DestinationConfig"] == {"OnSuccess": {}, **TO_BUCKET}
            await w.send(event={"message": "m"}, **qualifier)
            if mode == "manual":
                await w.clock.advance(180)
            else:
                await w.clock.run_until_idle()
            record = await one_record(w, rf"aws/lambda/async/f/{DAY}\.16\.2\d-{UUID}")
            order = ["version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload"]
            assert list(record) == order
            if mode == "manual":  # under auto, real time passes as well
                assert record["timestamp"] == "2023-11-14T22:16:20.000Z"
            assert record["requestPayload"] == {"message": "m"}
            context = record["requestContext"]
            assert context["functionArn"] == f"{FUNCTION}:{qualifier.get('Qualifier', '$LATEST')}"
            assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 3)
            (hop,) = w.hops("record")
            assert (hop.target, hop.outcome) == (BUCKET, "ok")

    asyncio.run(main())


def test_every_failure_has_an_object_of_its_own_and_success_has_none() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_buckets()
            w.function(fail)
            w.function(succeed, "g")
            await w.s3("CreateBucket", Bucket="failed")
            for name in ("f", "g"):
                config = {"MaximumRetryAttempts": 0, "DestinationConfig": TO_BUCKET}
                w.do("put_function_event_invoke_config", FunctionName=name, **config)
                await w.send(name)
                await w.send(name)
            await w.clock.advance(1)
            keys = list(await objects(w))
            assert len(keys) == 2
            assert all(key.startswith("aws/lambda/async/f/2023/11/14/2023-11-14T22.13.20-") for key in keys)

    asyncio.run(main())


def test_without_the_bucket_the_record_is_lost_and_counted() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_buckets()
            w.function(fail)
            dead = w.queue("dead")
            w.do("update_function_configuration", FunctionName="f", DeadLetterConfig={"TargetArn": dead})
            config = {"MaximumRetryAttempts": 0, "DestinationConfig": TO_BUCKET}
            w.do("put_function_event_invoke_config", FunctionName="f", **config)
            await w.send(event={"message": "m"})
            await w.clock.advance(1)
            (hop,) = w.hops("record")
            assert hop.outcome == "NO_RESOURCE"
            assert store_of(w.ground, ACCOUNT, REGION).destination_delivery_failures == 1
            assert await w.records("dead") == [{"message": "m"}]  # the dead letter arrives all the same

    asyncio.run(main())


def test_a_stream_hands_over_the_records_too() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_buckets()
            w.function(fail)
            await w.s3("CreateBucket", Bucket="failed")
            stream = TestStream(w)
            wanted = {"EventSourceArn": STREAM, "FunctionName": "f", "StartingPosition": "TRIM_HORIZON"}
            shown = w.do("create_event_source_mapping", **wanted, MaximumRetryAttempts=1, DestinationConfig=TO_BUCKET)
            assert shown["DestinationConfig"] == TO_BUCKET
            stream.put("a", n={"N": "1"})
            stream.put("b", n={"N": "2"})
            await w.clock.advance(60)
            record = await one_record(w, rf"aws/lambda/{shown['UUID']}/{SHARD}/{DAY}\.13\.21-{UUID}")
            members = ["requestContext", "responseContext", "version", "timestamp", "DDBStreamBatchInfo", "payload"]
            assert list(record) == members
            assert record["requestContext"]["functionArn"] == FUNCTION
            assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
            assert record["DDBStreamBatchInfo"]["batchSize"] == 2
            images = [one["dynamodb"]["NewImage"] for one in record["payload"]["Records"]]
            assert images == [{"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "b"}, "n": {"N": "2"}}]
            assert {one["eventSourceARN"] for one in record["payload"]["Records"]} == {STREAM}

    asyncio.run(main())


def test_old_records_of_a_stream_are_an_object_without_a_response() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_buckets()
            w.function(fail)
            await w.s3("CreateBucket", Bucket="failed")
            stream = TestStream(w)
            wanted = {"EventSourceArn": STREAM, "FunctionName": "f", "StartingPosition": "TRIM_HORIZON"}
            config = {"MaximumRecordAgeInSeconds": 60, "DestinationConfig": TO_BUCKET}
            mapping = w.do("create_event_source_mapping", **wanted, **config)
            stream.put("a")
            await w.clock.advance(120)
            record = await one_record(w, rf"aws/lambda/{mapping['UUID']}/{SHARD}/{DAY}\.14\.\d\d-{UUID}")
            assert list(record) == ["requestContext", "version", "timestamp", "DDBStreamBatchInfo", "payload"]
            assert record["requestContext"]["condition"] == "RecordAgeExceeded"
            assert len(record["payload"]["Records"]) == 1

    asyncio.run(main())


def test_a_queues_mapping_has_no_destination_recorded() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_buckets()
            w.function(fail)
            with pytest.raises(AwsError) as failure:
                w.do(
                    "create_event_source_mapping",
                    EventSourceArn=w.queue(),
                    FunctionName="f",
                    DestinationConfig=TO_BUCKET,
                )
            assert failure.value.code == "InvalidParameterValueException"
            text = "Unsupported DestinationConfig parameter for given event source mapping type."
            assert failure.value.message == text

    asyncio.run(main())


def test_successes_go_to_no_bucket() -> None:
    async def main() -> None:
        async with world() as w:
            w.with_buckets()
            w.function(fail)
            with pytest.raises(AwsError):  # AWS docs: for failures only; the text is not known
                w.do(
                    "put_function_event_invoke_config",
                    FunctionName="f",
                    DestinationConfig={"OnSuccess": {"Destination": BUCKET}},
                )

    asyncio.run(main())


def test_without_s3_buckets_are_refused_by_name() -> None:
    async def main() -> None:
        async with world() as w:
            w.function(fail)
            TestStream(w)
            text = r"A destination of service s3 is not emulated: pip install 'aws-task-emulator\[aws\]'"
            with pytest.raises(AwsError, match=text):
                w.do("put_function_event_invoke_config", FunctionName="f", DestinationConfig=TO_BUCKET)
            with pytest.raises(AwsError, match=text):
                w.do(
                    "create_event_source_mapping",
                    EventSourceArn=STREAM,
                    FunctionName="f",
                    StartingPosition="LATEST",
                    DestinationConfig=TO_BUCKET,
                )

    asyncio.run(main())
