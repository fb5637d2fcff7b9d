"""Items over the wire, with boto3 (AWS docs, Amazon DynamoDB API Reference; texts recorded from AWS)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Client = Callable[..., Any]


@pytest.fixture
def table(aws_client: Client) -> Any:
    """A client of a table ``tasks`` with a partition key ``id``."""
    client = aws_client("dynamodb")
    client.create_table(
        TableName="tasks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def error_of(failure: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = failure.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_item_comes_back_as_it_was_written(table: Any) -> None:
    item = {
        "id": {"S": "a"},
        "n": {"N": "1.5"},
        "b": {"B": b"\x00\xff"},
        "set": {"BS": [b"1", b"2"]},
        "map": {"M": {"B": {"S": "text"}, "list": {"L": [{"BOOL": True}, {"NULL": True}, {"B": b"x"}]}}},
    }
    table.put_item(TableName="tasks", Item=item)
    assert table.get_item(TableName="tasks", Key={"id": {"S": "a"}})["Item"] == item


def test_numbers_are_kept_in_normal_form(table: Any) -> None:
    table.put_item(TableName="tasks", Item={"id": {"S": "a"}, "n": {"N": "001.500"}, "s": {"NS": ["1e2", "-0"]}})
    item = table.get_item(TableName="tasks", Key={"id": {"S": "a"}})["Item"]
    assert item["n"] == {"N": "1.5"}
    assert sorted(item["s"]["NS"]) == ["0", "100"]


def test_no_number_is_refused(table: Any) -> None:
    with pytest.raises(ClientError) as failure:
        table.put_item(TableName="tasks", Item={"id": {"S": "a"}, "n": {"N": "many"}})
    assert error_of(failure)[0] == "ValidationException"


def test_a_failed_condition_can_show_the_item(table: Any) -> None:
    table.put_item(TableName="tasks", Item={"id": {"S": "a"}, "v": {"B": b"1"}})
    with pytest.raises(ClientError) as failure:
        table.put_item(
            TableName="tasks",
            Item={"id": {"S": "a"}},
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert error_of(failure) == ("ConditionalCheckFailedException", "The conditional request failed")
    assert failure.value.response["Item"] == {"id": {"S": "a"}, "v": {"B": b"1"}}


def test_an_unknown_table(table: Any) -> None:
    with pytest.raises(ClientError) as failure:
        table.get_item(TableName="other", Key={"id": {"S": "a"}})
    assert error_of(failure) == ("ResourceNotFoundException", "Requested resource not found")
    with pytest.raises(ClientError) as failure:
        table.describe_table(TableName="other")
    text = "Requested resource not found: Table: other not found"
    assert error_of(failure) == ("ResourceNotFoundException", text)


def test_a_cancelled_transaction_changes_nothing(table: Any) -> None:
    put = {"TableName": "tasks", "Item": {"id": {"S": "new"}}}
    refused = {"TableName": "tasks", "Key": {"id": {"S": "x"}}, "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(ClientError) as failure:
        table.transact_write_items(TransactItems=[{"ConditionCheck": refused}, {"Put": put}])
    code, message = error_of(failure)
    assert code == "TransactionCanceledException"
    text = (
        "Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]"
    )
    assert message == text
    reasons = [reason["Code"] for reason in failure.value.response["CancellationReasons"]]
    assert reasons == ["ConditionalCheckFailed", "None"]
    assert "Item" not in table.get_item(TableName="tasks", Key={"id": {"S": "new"}})


def test_a_cancelled_transaction_takes_back_what_came_first(table: Any) -> None:
    table.put_item(TableName="tasks", Item={"id": {"S": "a"}, "n": {"N": "1"}})
    update = {
        "TableName": "tasks",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    refused = {"TableName": "tasks", "Key": {"id": {"S": "x"}}, "ConditionExpression": "attribute_exists(id)"}
    gone = {"TableName": "tasks", "Key": {"id": {"S": "b"}}}
    table.put_item(TableName="tasks", Item={"id": {"S": "b"}})
    with pytest.raises(ClientError):
        table.transact_write_items(TransactItems=[{"Update": update}, {"Delete": gone}, {"ConditionCheck": refused}])
    items = sorted(table.scan(TableName="tasks")["Items"], key=lambda item: str(item["id"]["S"]))
    assert items == [{"id": {"S": "a"}, "n": {"N": "1"}}, {"id": {"S": "b"}}]


def test_a_transaction_token_counts_once(table: Any) -> None:
    def add(amount: str) -> None:
        update = {
            "TableName": "tasks",
            "Key": {"id": {"S": "a"}},
            "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": amount}},
        }
        table.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken="token")

    add("1")
    add("1")
    assert table.get_item(TableName="tasks", Key={"id": {"S": "a"}})["Item"]["n"] == {"N": "1"}
    with pytest.raises(ClientError) as failure:
        add("2")
    assert error_of(failure)[0] == "IdempotentParameterMismatchException"


def test_a_batch_with_one_key_twice_is_refused(table: Any) -> None:
    put = {"PutRequest": {"Item": {"id": {"S": "a"}}}}
    with pytest.raises(ClientError) as failure:
        table.batch_write_item(RequestItems={"tasks": [put, put]})
    assert error_of(failure)[0] == "ValidationException"
    assert table.scan(TableName="tasks")["Count"] == 0


def test_an_expression_nobody_can_read_is_a_validation_error(table: Any) -> None:
    with pytest.raises(ClientError) as failure:
        table.scan(TableName="tasks", FilterExpression="id = = :x", ExpressionAttributeValues={":x": {"S": "a"}})
    assert error_of(failure)[0] == "ValidationException"
    assert failure.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_queries_page_and_use_indexes(aws_client: Client) -> None:
    client = aws_client("dynamodb")
    names = ("tenant", "task", "status")
    client.create_table(
        TableName="status",
        KeySchema=[{"AttributeName": "tenant", "KeyType": "HASH"}, {"AttributeName": "task", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-status",
                "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(5):
        status = "DONE" if number % 2 else "OPEN"
        item = {"tenant": {"S": "t"}, "task": {"S": str(number)}, "status": {"S": status}}
        client.put_item(TableName="status", Item=item)
    pages = client.get_paginator("query").paginate(
        TableName="status",
        KeyConditionExpression="tenant = :t",
        ExpressionAttributeValues={":t": {"S": "t"}},
        PaginationConfig={"PageSize": 2},
    )
    assert [[item["task"]["S"] for item in page["Items"]] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]
    done = client.query(
        TableName="status",
        IndexName="by-status",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "DONE"}},
    )
    assert done["Count"] == 2


def test_regions_and_accounts_are_apart(table: Any, aws_client: Client) -> None:
    elsewhere = aws_client("dynamodb", region_name="eu-west-1")
    somebody = aws_client("dynamodb", aws_access_key_id="111122223333", aws_secret_access_key="x")
    assert elsewhere.list_tables()["TableNames"] == []
    assert somebody.list_tables()["TableNames"] == []
    assert table.list_tables()["TableNames"] == ["tasks"]
    arn = table.describe_table(TableName="tasks")["Table"]["TableArn"]
    assert arn == "arn:aws:dynamodb:us-east-1:000000000000:table/tasks"


def test_concurrent_counters_lose_nothing(table: Any) -> None:
    def add(_: int) -> None:
        table.update_item(
            TableName="tasks",
            Key={"id": {"S": "a"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(100)))
    assert table.get_item(TableName="tasks", Key={"id": {"S": "a"}})["Item"]["n"] == {"N": "100"}


def test_a_reset_forgets_tables(table: Any, aws_emulator: Any) -> None:
    aws_emulator.run(aws_emulator.emulator.reset())
    assert table.list_tables()["TableNames"] == []


def test_partiql_reads_and_writes(table: Any) -> None:
    table.execute_statement(Statement="INSERT INTO tasks VALUE {'id': 'a', 'v': 'x'}")
    found = table.execute_statement(Statement="SELECT * FROM tasks WHERE id = 'a'")
    assert found["Items"] == [{"id": {"S": "a"}, "v": {"S": "x"}}]


def test_what_is_not_there_is_named(table: Any) -> None:
    with pytest.raises(ClientError) as failure:
        table.list_imports()
    code, message = error_of(failure)
    assert code == "NotImplemented"
    assert "dynamodb.ListImports" in message


def test_a_region_that_nobody_knows(aws_client: Client) -> None:
    client = aws_client("dynamodb", region_name="mars-north-1")
    assert client.list_tables()["TableNames"] == []


def status_of(call: Callable[[], Any]) -> int:
    try:
        answer = call()
    except ClientError as error:
        answer = error.response
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="ab :#()[].,=<>+-0OR AND NOT SET REMOVE ADD size", min_size=1, max_size=30))
def test_no_expression_breaks_the_service(table: Any, text: str) -> None:
    for call in (
        lambda: table.scan(TableName="tasks", FilterExpression=text),
        lambda: table.update_item(TableName="tasks", Key={"id": {"S": "a"}}, UpdateExpression=text),
        lambda: table.get_item(TableName="tasks", Key={"id": {"S": "a"}}, ProjectionExpression=text),
    ):
        assert status_of(call) in (200, 400), text


def test_errors_are_named_with_their_namespace(aws_client: Client, aws_emulator: Any) -> None:
    def told(body: str, prefix: str = "DynamoDB_20120810", operation: str = "GetItem") -> str:
        headers = {"x-amz-target": f"{prefix}.{operation}", "content-type": "application/x-amz-json-1.0"}
        answer = httpx.post(aws_emulator.url, content=body, headers=headers, trust_env=False)
        assert answer.status_code == 400
        return str(answer.json()["__type"])

    unknown = '{"TableName": "nowhere", "Key": {"id": {"S": "a"}}}'
    assert told(unknown) == "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
    stream = '{"StreamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2024-11-18T14:36:44.149"}'
    assert told(stream, "DynamoDBStreams_20120810", "DescribeStream").startswith("com.amazonaws.dynamodb.v20120810#")
    assert told('{"TableName": "nowhere"}') == "com.amazon.coral.validate#ValidationException"


def test_capacity_is_told_to_those_who_ask(table: Any) -> None:
    change: dict[str, Any] = {
        "TableName": "tasks",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    assert "ConsumedCapacity" not in table.update_item(**change)
    assert table.update_item(**change, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]["TableName"] == "tasks"
