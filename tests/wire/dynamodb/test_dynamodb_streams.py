"""Streams over the wire, with boto3 (records and texts recorded from AWS; limits from AWS docs)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]


def make_table(client: Any, view: str = "NEW_AND_OLD_IMAGES") -> str:
    """A table ``tasks`` with a stream; gives the stream's ARN."""
    made = client.create_table(
        TableName="tasks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    return str(made["TableDescription"]["LatestStreamArn"])


def records_of(streams: Any, arn: str) -> list[dict[str, Any]]:
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    found: list[dict[str, Any]] = []
    for shard in shards:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while True:
            answer = streams.get_records(ShardIterator=iterator)
            if not answer["Records"]:
                break
            found += answer["Records"]
            iterator = answer["NextShardIterator"]
    return found


def put(client: Any, **item: str) -> None:
    client.put_item(TableName="tasks", Item={name: {"S": value} for name, value in item.items()})


def test_a_table_names_its_stream(aws_client: Client) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    table = client.describe_table(TableName="tasks")["Table"]
    assert table["LatestStreamArn"] == arn
    assert arn == f"{table['TableArn']}/stream/{table['LatestStreamLabel']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", table["LatestStreamLabel"])
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    described = aws_client("dynamodbstreams").describe_stream(StreamArn=arn)["StreamDescription"]
    assert described["StreamStatus"] == "ENABLED"
    assert [re.fullmatch(r"shardId-\d{20}-[0-9a-f]{8}", shard["ShardId"]) for shard in described["Shards"]] != [None]


def test_inserting_changing_and_removing(aws_client: Client) -> None:
    client, streams = aws_client("dynamodb"), aws_client("dynamodbstreams")
    arn = make_table(client)
    put(client, id="Fred")
    put(client, id="Fred", name="Fred")
    client.delete_item(TableName="tasks", Key={"id": {"S": "Fred"}})
    records = records_of(streams, arn)
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    bare, named = {"id": {"S": "Fred"}}, {"id": {"S": "Fred"}, "name": {"S": "Fred"}}
    images = [(record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage")) for record in records]
    assert images == [(None, bare), (bare, named), (named, None)]
    assert [record["dynamodb"]["SizeBytes"] for record in records[:2]] == [12, 26]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))
    first = records[0]
    assert (first["eventVersion"], first["eventSource"], first["awsRegion"]) == ("1.1", "aws:dynamodb", "us-east-1")
    assert re.fullmatch(r"[0-9a-f]{32}", first["eventID"])
    assert first["dynamodb"]["Keys"] == bare


@pytest.mark.parametrize(
    ("view", "images"),
    [("KEYS_ONLY", set()), ("NEW_IMAGE", {"NewImage"}), ("OLD_IMAGE", {"OldImage"})],
)
def test_the_view_type_chooses_images(aws_client: Client, view: str, images: set[str]) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client, view)
    put(client, id="a")
    put(client, id="a", v="1")
    record = records_of(aws_client("dynamodbstreams"), arn)[1]
    assert {"NewImage", "OldImage"} & set(record["dynamodb"]) == images
    assert record["dynamodb"]["StreamViewType"] == view


def test_what_changes_nothing_makes_no_record(aws_client: Client) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    item = {"id": {"S": "a"}, "set": {"SS": ["x", "y"]}}
    client.put_item(TableName="tasks", Item=item)
    client.put_item(TableName="tasks", Item={**item, "set": {"SS": ["y", "x"]}})
    client.update_item(
        TableName="tasks",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "set"},
        ExpressionAttributeValues={":s": {"SS": ["x", "y"]}},
    )
    client.batch_write_item(RequestItems={"tasks": [{"PutRequest": {"Item": item}}]})
    client.transact_write_items(TransactItems=[{"Put": {"TableName": "tasks", "Item": item}}])
    client.delete_item(TableName="tasks", Key={"id": {"S": "nobody"}})
    assert len(records_of(aws_client("dynamodbstreams"), arn)) == 1


def test_updating_a_missing_key_inserts_once(aws_client: Client) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    client.update_item(
        TableName="tasks",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": {"S": "1"}},
    )
    (record,) = records_of(aws_client("dynamodbstreams"), arn)
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"] == {"id": {"S": "a"}, "v": {"S": "1"}}


def test_a_cancelled_transaction_makes_no_records(aws_client: Client) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    refused = {"TableName": "tasks", "Key": {"id": {"S": "x"}}, "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(ClientError):
        client.transact_write_items(
            TransactItems=[{"Put": {"TableName": "tasks", "Item": {"id": {"S": "a"}}}}, {"ConditionCheck": refused}]
        )
    assert records_of(aws_client("dynamodbstreams"), arn) == []


def test_later_changes_leave_old_records_alone(aws_client: Client) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    for value in ("x", "y"):
        client.update_item(
            TableName="tasks",
            Key={"id": {"S": "a"}},
            UpdateExpression="ADD #s :v",
            ExpressionAttributeNames={"#s": "set"},
            ExpressionAttributeValues={":v": {"SS": [value]}},
        )
    sets = [r["dynamodb"]["NewImage"]["set"]["SS"] for r in records_of(aws_client("dynamodbstreams"), arn)]
    assert [sorted(members) for members in sets] == [["x"], ["x", "y"]]


def test_an_unknown_stream(aws_client: Client) -> None:
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/no/stream/2024-11-18T14:36:44.149"
    with pytest.raises(ClientError) as failure:
        aws_client("dynamodbstreams").describe_stream(StreamArn=arn)
    error = failure.value.response["Error"]
    assert error["Code"] == "ResourceNotFoundException"
    assert error["Message"] == f"Requested resource not found: Stream: {arn} not found"


def test_a_stream_goes_off_and_another_comes(aws_client: Client) -> None:
    client, streams = aws_client("dynamodb"), aws_client("dynamodbstreams")
    first = make_table(client)
    put(client, id="a")
    off = client.update_table(TableName="tasks", StreamSpecification={"StreamEnabled": False})["TableDescription"]
    assert off["LatestStreamArn"] == first
    assert "StreamSpecification" not in off
    put(client, id="b")
    on = client.update_table(
        TableName="tasks", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    )
    second = on["TableDescription"]["LatestStreamArn"]
    put(client, id="c")
    assert second != first
    assert [r["dynamodb"]["Keys"]["id"]["S"] for r in _all_of_closed(streams, first)] == ["a"]
    assert [r["dynamodb"]["Keys"]["id"]["S"] for r in records_of(streams, second)] == ["c"]
    assert [stream["StreamArn"] for stream in streams.list_streams(TableName="tasks")["Streams"]] == [first, second]


def _all_of_closed(streams: Any, arn: str) -> list[Any]:
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamStatus"] == "DISABLED"
    (shard,) = description["Shards"]
    assert "EndingSequenceNumber" in shard["SequenceNumberRange"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    answer = streams.get_records(ShardIterator=iterator["ShardIterator"])
    assert "NextShardIterator" not in answer
    return list(answer["Records"])


def test_a_deleted_table_s_stream_can_still_be_read(aws_client: Client) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    put(client, id="a")
    client.delete_table(TableName="tasks")
    assert len(_all_of_closed(aws_client("dynamodbstreams"), arn)) == 1


def test_iterators_by_sequence_number(aws_client: Client) -> None:
    client, streams = aws_client("dynamodb"), aws_client("dynamodbstreams")
    arn = make_table(client)
    for name in "abc":
        put(client, id=name)
    numbers = [r["dynamodb"]["SequenceNumber"] for r in records_of(streams, arn)]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]

    def keys(kind: str, **options: str) -> list[str]:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **options)
        records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
        return [record["dynamodb"]["Keys"]["id"]["S"] for record in records]

    assert keys("AT_SEQUENCE_NUMBER", SequenceNumber=numbers[1]) == ["b", "c"]
    assert keys("AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[1]) == ["c"]
    assert keys("LATEST") == []


@pytest.mark.aws_stack({}, clock="manual")
def test_records_and_iterators_grow_old(aws_client: Client, aws_clock: Any) -> None:
    client, streams = aws_client("dynamodb"), aws_client("dynamodbstreams")
    arn = make_table(client)
    put(client, id="a")
    aws_clock.advance("23h")
    put(client, id="b")
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    old = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    aws_clock.advance("2h")
    assert [r["dynamodb"]["Keys"]["id"]["S"] for r in records_of(streams, arn)] == ["b"]
    with pytest.raises(ClientError) as failure:
        streams.get_records(ShardIterator=old)
    assert failure.value.response["Error"]["Code"] == "ExpiredIteratorException"


@pytest.mark.aws_stack({}, clock="manual")
def test_expired_items_are_deleted_by_the_service(aws_client: Client, aws_clock: Any) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    start = int(aws_clock.now)
    before = {"id": {"S": "before"}, "until": {"N": str(start + 60)}}
    client.put_item(TableName="tasks", Item=before)
    client.update_time_to_live(TableName="tasks", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    client.put_item(TableName="tasks", Item={"id": {"S": "longer"}, "until": {"N": str(start + 60)}})
    client.put_item(TableName="tasks", Item={"id": {"S": "longer"}, "until": {"N": str(start + 600)}})
    aws_clock.advance("2m")
    assert [item["id"]["S"] for item in client.scan(TableName="tasks")["Items"]] == ["longer"]
    last = records_of(aws_client("dynamodbstreams"), arn)[-1]
    assert last["eventName"] == "REMOVE"
    assert last["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def test_many_writers_keep_the_order_of_each_key(aws_client: Client) -> None:
    client, streams = aws_client("dynamodb"), aws_client("dynamodbstreams")
    arn = make_table(client)

    def write(writer: int) -> None:
        for number in range(25):
            put(client, id=f"key-{writer % 4}", writer=str(writer), number=str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    records = records_of(streams, arn)
    assert len(records) == 200
    for key in range(4):
        mine = [r["dynamodb"] for r in records if r["dynamodb"]["Keys"]["id"]["S"] == f"key-{key}"]
        assert [r["OldImage"] for r in mine[1:]] == [r["NewImage"] for r in mine[:-1]]


def test_writes_and_records_are_in_the_journal(aws_client: Client, aws_journal: Any) -> None:
    client = aws_client("dynamodb")
    arn = make_table(client)
    put(client, id="a")
    kinds = [hop.kind for hop in aws_journal.hops() if hop.target.startswith(("dynamodb:PutItem", "arn:aws:dynamodb"))]
    assert kinds == ["api", "write", "stream"]
    assert aws_journal.hops(kind="stream")[0].target == arn
