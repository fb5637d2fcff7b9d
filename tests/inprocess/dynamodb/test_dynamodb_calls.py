"""Tables as other services of the house use them: by name, and through the courier's streams."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from emulator.app import Emulator
from emulator.core.cause import Cause
from emulator.core.errors import AwsError
from emulator.core.settings import Settings

ACCOUNT, REGION = "123456789012", "us-east-1"
Run = Callable[..., Awaitable[dict[str, Any]]]


def drive(body: Callable[[Emulator, Run], Awaitable[None]]) -> None:
    async def main() -> None:
        emulator = Emulator(
            Settings(account=ACCOUNT, check_outputs=True), clock="manual", start=1_700_000_000.0, seed=1
        )
        cause = emulator.ground.new_cause()

        async def run(service: str, operation: str, /, **params: Any) -> dict[str, Any]:
            courier = emulator.ground.courier
            return await courier.call(service, operation, params, account=ACCOUNT, region=REGION, cause=cause)

        try:
            await body(emulator, run)
        finally:
            await emulator.stop(drain=0)

    asyncio.run(main())


async def make_table(run: Run) -> str:
    made = await run(
        "dynamodb",
        "CreateTable",
        TableName="tasks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return str(made["TableDescription"]["LatestStreamArn"])


def test_operations_by_name() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        await make_table(run)
        await run("dynamodb", "PutItem", TableName="tasks", Item={"id": {"S": "a"}, "b": {"B": b"x"}})
        found = await run("dynamodb", "GetItem", TableName="tasks", Key={"id": {"S": "a"}})
        assert found["Item"] == {"id": {"S": "a"}, "b": {"B": b"x"}}
        with pytest.raises(AwsError) as failure:
            await run("dynamodb", "PutItem", TableName="tasks")
        assert failure.value.code == "ValidationException"

    drive(body)


def test_bytes_and_records_of_a_stream_source() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        arn = await make_table(run)
        stream = emulator.ground.courier.stream(arn)
        assert stream is not None
        assert stream.exists
        (shard,) = stream.shards()
        start, latest = stream.start(shard.id, "TRIM_HORIZON"), stream.start(shard.id, "LATEST")
        for name in "abc":
            await run("dynamodb", "PutItem", TableName="tasks", Item={"id": {"S": name}})
        first, position = stream.read(shard.id, start, 2)
        rest, end = stream.read(shard.id, position, 10)
        records = [*first, *rest]
        assert [record.data["dynamodb"]["Keys"]["id"]["S"] for record in records] == ["a", "b", "c"]
        assert stream.read(shard.id, latest, 10)[0] == records
        assert stream.after(shard.id, records[0].sequence) == latest + 1
        assert not stream.finished(shard.id, end)
        await run("dynamodb", "DeleteTable", TableName="tasks")
        assert stream.finished(shard.id, end)
        assert not stream.finished(shard.id, position)

    drive(body)


def test_a_record_wakes_the_readers() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        stream = emulator.ground.courier.stream(await make_table(run))
        assert stream is not None
        clock = emulator.ground.clock
        waiting = clock.spawn(clock.wait(stream.waiters, 60.0), "reader")
        await clock.pause()
        await run("dynamodb", "PutItem", TableName="tasks", Item={"id": {"S": "a"}})
        assert await waiting is True

    drive(body)


def test_a_cancelled_writer_s_record_is_not_lost() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        stream = emulator.ground.courier.stream(await make_table(run))
        assert stream is not None
        (shard,) = stream.shards()
        clock = emulator.ground.clock
        writer = clock.spawn(run("dynamodb", "PutItem", TableName="tasks", Item={"id": {"S": "a"}}), "writer")
        await clock.pause()  # its job is in the thread now
        writer.cancel()
        found = await run("dynamodb", "Scan", TableName="tasks")
        assert found["Count"] == 1
        assert len(stream.read(shard.id, 0, 10)[0]) == 1

    drive(body)


def test_streams_of_nobody() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tasks/stream/2024-11-18T14:36:44.149"
        assert emulator.ground.courier.stream(arn) is None
        assert emulator.ground.courier.has_streams("dynamodb")

    drive(body)


def test_other_services_by_name() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        await run("s3", "CreateBucket", Bucket="files")
        await run("s3", "PutObject", Bucket="files", Key="a b/ü", Body=b"\xff\x00x", ContentType="text/plain")
        found = await run("s3", "GetObject", Bucket="files", Key="a b/ü")
        assert (found["Body"], found["ContentType"]) == (b"\xff\x00x", "text/plain")
        listed = await run("s3", "ListObjectsV2", Bucket="files")
        assert [entry["Key"] for entry in listed["Contents"]] == ["a b/ü"]
        await run("ssm", "PutParameter", Name="p", Value="1", Type="String")
        assert (await run("ssm", "GetParameter", Name="p"))["Parameter"]["Value"] == "1"
        role = await run("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument="{}")
        assert role["Role"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/r"
        await run("sesv2", "CreateEmailIdentity", EmailIdentity="me@example.com")
        await run(
            "ses",
            "SendEmail",
            Source="me@example.com",
            Destination={"ToAddresses": ["you@example.com"]},
            Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
        )
        with pytest.raises(AwsError) as failure:
            await run("s3", "GetObject", Bucket="files", Key="no")
        assert failure.value.code == "NoSuchKey"
        with pytest.raises(AwsError) as failure:
            await run("rekognition", "ListCollections")
        assert failure.value.code == "NotImplemented"

    drive(body)


def test_calls_by_name_are_in_the_journal() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        await run("s3", "CreateBucket", Bucket="files")
        (hop,) = [hop for hop in emulator.ground.journal if hop.kind == "api"]
        assert (hop.target, hop.outcome) == ("s3:CreateBucket", "ok")

    drive(body)


def test_what_the_courier_can_call() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        courier = emulator.ground.courier
        assert courier.can_call("dynamodb", "PutItem")
        assert courier.can_call("s3", "PutObject")
        assert courier.can_call("sts", "AssumeRole")
        assert not courier.can_call("s3", "Nonsense")
        assert not courier.can_call("dynamodb", "ImportTable")
        assert not courier.can_call("rekognition", "ListCollections")

    drive(body)


def test_a_cause_leads_from_the_caller_to_the_record() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        stream = emulator.ground.courier.stream(await make_table(run))
        assert stream is not None
        cause = Cause(emulator.ground.ids.trace(0.0))
        params = {"TableName": "tasks", "Item": {"id": {"S": "a"}}}
        await emulator.ground.courier.call("dynamodb", "PutItem", params, account=ACCOUNT, region=REGION, cause=cause)
        (record,), _ = stream.read(stream.shards()[0].id, 0, 10)
        hops = emulator.ground.journal.of(cause.trace)
        assert [hop.kind for hop in hops] == ["api", "write", "stream"]
        assert record.cause == hops[-1].cause

    drive(body)


async def refused(call: Awaitable[dict[str, Any]]) -> AwsError:
    with pytest.raises(AwsError) as failure:
        await call
    return failure.value


def test_values_that_cannot_be_compared_do_not_match() -> None:
    """A comparison of values of different types is false; one such item must not end a scan."""

    async def body(emulator: Emulator, run: Run) -> None:
        await make_table(run)
        values = {"text": {"S": "5"}, "number": {"N": "5"}, "flag": {"BOOL": True}, "list": {"L": [{"S": "x"}] * 2}}
        for name, value in values.items():
            await run("dynamodb", "PutItem", TableName="tasks", Item={"id": {"S": name}, "v": value})
        await run("dynamodb", "PutItem", TableName="tasks", Item={"id": {"S": "none"}})
        for expression, expected in (
            ("v > :low", {"number"}),
            ("v <= :high", {"number"}),
            ("v BETWEEN :low AND :high", {"number"}),
            ("size(v) > :low", {"list"}),
        ):
            found = await run(
                "dynamodb",
                "Scan",
                TableName="tasks",
                FilterExpression=f"{expression} AND id <> :flag",
                ExpressionAttributeValues={
                    name: value
                    for name, value in {":low": {"N": "1"}, ":high": {"N": "9"}, ":flag": {"S": "flag"}}.items()
                    if name in f"{expression} :flag"
                },
            )
            assert {item["id"]["S"] for item in found["Items"]} == expected, expression

    drive(body)


def test_refusals_name_no_python_error() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        await make_table(run)
        key = {":v": {"S": "a"}}
        named: dict[str, Any] = {"TableName": "tasks", "ExpressionAttributeValues": key}
        for call in (
            run("dynamodb", "Query", KeyConditionExpression="id = :v OR id = :v", **named),
            run("dynamodb", "Scan", FilterExpression="id = :v AND", **named),
            run("dynamodb", "Scan", TableName="tasks", ExclusiveStartKey={"no": {"S": "x"}}),
        ):
            error = await refused(call)
            assert error.code == "ValidationException"
            assert "Error" not in (error.message or "")
        scanned = await refused(run("dynamodb", "Scan", TableName="tasks", IndexName="no"))
        queried = await refused(run("dynamodb", "Query", IndexName="no", KeyConditionExpression="id = :v", **named))
        assert (queried.code, queried.message) == (scanned.code, scanned.message)

    drive(body)


def test_a_table_s_key_begins_with_its_hash() -> None:
    """AWS docs, CreateTable: HASH, or HASH and RANGE, in this order."""

    async def body(emulator: Emulator, run: Run) -> None:
        names = [{"AttributeName": name, "AttributeType": "S"} for name in "ab"]
        for kinds in (("RANGE",), ("RANGE", "HASH"), ("HASH", "HASH")):
            schema = [{"AttributeName": name, "KeyType": kind} for name, kind in zip("ab", kinds, strict=False)]
            made = run(
                "dynamodb",
                "CreateTable",
                TableName="tasks",
                KeySchema=schema,
                AttributeDefinitions=names[: len(kinds)],
                BillingMode="PAY_PER_REQUEST",
            )
            assert (await refused(made)).code == "ValidationException"

    drive(body)


def test_tables_that_are_not_there() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        missing = ("ResourceNotFoundException", "Requested resource not found: Table: nope not found")
        ttl = {"Enabled": True, "AttributeName": "t"}
        for operation, params in (
            ("DescribeTable", {}),
            ("DeleteTable", {}),
            ("UpdateTable", {"BillingMode": "PAY_PER_REQUEST"}),
            ("DescribeTimeToLive", {}),
            ("UpdateTimeToLive", {"TimeToLiveSpecification": ttl}),
        ):
            told = await refused(run("dynamodb", operation, TableName="nope", **params))
            assert (told.code, told.message) == missing
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/nope"
        tags = [{"Key": "k", "Value": "v"}]
        assert (await refused(run("dynamodb", "TagResource", ResourceArn=arn, Tags=tags))).code == missing[0]
        assert (await refused(run("dynamodb", "UntagResource", ResourceArn=arn, TagKeys=["k"]))).code == missing[0]

    drive(body)


def test_tables_that_cannot_be() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
        attributes = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
        for params in ({"TableName": "abc"}, {"TableName": "ab", **keys, **attributes}, {"TableName": "a b", **keys}):
            assert (await refused(run("dynamodb", "CreateTable", **params))).code == "ValidationException"

    drive(body)


def test_parts_of_items() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        await make_table(run)
        where = {"TableName": "tasks", "Key": {"id": {"S": "a"}}}
        answer = await run("dynamodb", "UpdateItem", **where, ReturnValues="ALL_NEW")  # makes the item
        assert answer["Attributes"] == where["Key"]
        await run("dynamodb", "PutItem", TableName="tasks", Item={"id": {"S": "a"}, "v": {"N": "1"}, "w": {"N": "2"}})
        got = await run(
            "dynamodb",
            "TransactGetItems",
            TransactItems=[{"Get": {**where, "ProjectionExpression": "v"}}, {"Get": where}],
        )
        part = {"v": {"N": "1"}}
        assert [entry["Item"] for entry in got["Responses"]] == [part, {"id": {"S": "a"}, **part, "w": {"N": "2"}}]
        assert (await run("dynamodb", "GetItem", **where, AttributesToGet=["v"]))["Item"] == part
        assert (await run("dynamodb", "Scan", TableName="tasks", AttributesToGet=["v"]))["Items"] == [part]

    drive(body)


def test_why_transactions_are_cancelled() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        await make_table(run)
        where = {"TableName": "tasks", "Key": {"id": {"S": "a"}}}
        put = {"Put": {"TableName": "tasks", "Item": {"id": {"S": "b"}}}}
        odd = {**where, "UpdateExpression": "SET v = nope + :a", "ExpressionAttributeValues": {":a": {"N": "1"}}}
        cases = (
            ([put, {"Update": odd}], "The provided expression refers to an attribute that does not exist in the item"),
            (
                [put, {"Put": {"TableName": "tasks", "Item": {"v": {"S": "x"}}}}],
                "One or more parameter values were invalid: Missing the key id in the item",
            ),
        )
        for entries, message in cases:
            with pytest.raises(AwsError) as failure:
                await run("dynamodb", "TransactWriteItems", TransactItems=entries)
            reasons = failure.value.fields["CancellationReasons"]
            assert reasons == [{"Code": "None"}, {"Code": "ValidationError", "Message": message}]
            assert "[None, ValidationError]" in (failure.value.message or "")
        assert (await run("dynamodb", "Scan", TableName="tasks"))["Count"] == 0
        assert await run("dynamodb", "TransactWriteItems", TransactItems=[put]) == {}

    drive(body)


def test_keys_of_another_type() -> None:
    async def body(emulator: Emulator, run: Run) -> None:
        await make_table(run)
        key = {"id": {"N": "1"}}
        where = {"TableName": "tasks", "Key": key}
        for operation, params in (
            ("GetItem", where),
            ("DeleteItem", where),
            ("BatchGetItem", {"RequestItems": {"tasks": {"Keys": [key]}}}),
            ("BatchWriteItem", {"RequestItems": {"tasks": [{"DeleteRequest": {"Key": key}}]}}),
            ("BatchWriteItem", {"RequestItems": {"tasks": [{}]}}),
        ):
            assert (await refused(run("dynamodb", operation, **params))).code == "ValidationException", operation

    drive(body)
