"""Streams that invoke functions: nothing lost, each key in order (AWS docs, "Using AWS Lambda with DynamoDB")."""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.services.dynamodb.stream import StreamOptions

Client = Callable[..., Any]
CODE = """
import json, os, pathlib

def handler(event, context):
    path = pathlib.Path(os.environ["OUT"])
    lines = path.read_text().splitlines() if path.exists() else []
    calls = path.with_suffix(".calls")
    number = len(calls.read_text()) if calls.exists() else 0
    with calls.open("a") as file:
        file.write(".")
    if number % 3 == 2:
        raise RuntimeError("now and then")
    with path.open("a") as file:
        for record in event["Records"]:
            file.write(json.dumps(record) + "\\n")
"""


def make_function(client: Any, out: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", CODE)
    client.create_function(
        FunctionName="reader",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/r",
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": {"OUT": out}},
    )


def make_table(client: Any) -> str:
    made = client.create_table(
        TableName="tasks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return str(made["TableDescription"]["LatestStreamArn"])


@pytest.mark.parametrize("shards", [1, 3])
def test_a_failing_function_gets_every_record_in_order(
    aws_client: Client, aws_clock: Any, aws_emulator: Any, tmp_path: Any, shards: int
) -> None:
    dynamodb, functions = aws_client("dynamodb"), aws_client("lambda")
    cloud = aws_emulator.emulator.ground.cloud
    aws_emulator.call(lambda: setattr(cloud.shared(StreamOptions), "shards", shards))
    arn = make_table(dynamodb)
    make_function(functions, str(tmp_path / "out"))
    functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="reader", StartingPosition="TRIM_HORIZON", BatchSize=20
    )

    def write(writer: int) -> None:
        for number in range(20):
            item = {"id": {"S": f"k{number % 5}"}, "writer": {"N": str(writer)}, "n": {"N": str(number)}}
            dynamodb.put_item(TableName="tasks", Item=item)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(write, range(10)))
    aws_clock.run_until_idle()
    records = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    by_key = defaultdict(list)
    for record in records:
        assert record["eventSourceARN"] == arn
        by_key[record["dynamodb"]["Keys"]["id"]["S"]].append(record["dynamodb"])
    assert sum(map(len, by_key.values())) == 200
    for mine in by_key.values():
        assert "OldImage" not in mine[0]
        assert [record["OldImage"] for record in mine[1:]] == [record["NewImage"] for record in mine[:-1]]


def test_a_function_sees_binary_as_base64_and_numbers_as_text(
    aws_client: Client, aws_clock: Any, tmp_path: Any
) -> None:
    dynamodb, functions = aws_client("dynamodb"), aws_client("lambda")
    arn = make_table(dynamodb)
    make_function(functions, str(tmp_path / "out"))
    filters = {"Filters": [{"Pattern": json.dumps({"dynamodb": {"NewImage": {"status": {"S": ["DONE"]}}}})}]}
    functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="reader", StartingPosition="LATEST", FilterCriteria=filters
    )
    aws_clock.run_until_idle()
    dynamodb.put_item(TableName="tasks", Item={"id": {"S": "a"}, "status": {"S": "OPEN"}})
    item = {"id": {"S": "b"}, "status": {"S": "DONE"}, "bin": {"B": b"foobar"}, "n": {"N": "7"}}
    dynamodb.put_item(TableName="tasks", Item=item)
    aws_clock.run_until_idle()
    (record,) = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert record["dynamodb"]["NewImage"] == {
        "id": {"S": "b"},
        "status": {"S": "DONE"},
        "bin": {"B": "Zm9vYmFy"},
        "n": {"N": "7"},
    }
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], float)
    assert record["eventVersion"] == "1.1"


def test_a_trace_leads_from_the_write_to_the_function(
    aws_client: Client, aws_clock: Any, aws_journal: Any, tmp_path: Any
) -> None:
    dynamodb, functions = aws_client("dynamodb"), aws_client("lambda")
    arn = make_table(dynamodb)
    make_function(functions, str(tmp_path / "out"))
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="reader", StartingPosition="LATEST")
    aws_clock.run_until_idle()
    dynamodb.put_item(TableName="tasks", Item={"id": {"S": "a"}})
    aws_clock.run_until_idle()
    (write,) = aws_journal.hops(kind="write")
    kinds = [hop.kind for hop in aws_journal.hops() if hop.trace == write.trace]
    assert kinds[:3] == ["api", "write", "stream"]
    assert "invoke" in kinds
