"""A call written by botocore reads back the same; an answer read by botocore is the result."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from wire_oracle import exchange

MOMENT = datetime(2024, 2, 29, 12, 30, 15, 250000, tzinfo=UTC)
SECONDS = 1709209815.25

CASES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    # AWS JSON 1.0, former Query service
    (
        "sqs",
        "create_queue",
        {"QueueName": "q", "Attributes": {"DelaySeconds": "3"}, "tags": {"a": ""}},
        {"QueueUrl": "u"},
    ),
    (
        "sqs",
        "send_message",
        {
            "QueueUrl": "http://h/1/q",
            "MessageBody": 'grüße\r\n"&<>\U0001f600',
            "DelaySeconds": 0,
            "MessageAttributes": {
                "s": {"DataType": "String", "StringValue": "x"},
                "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
            },
        },
        {"MessageId": "m", "MD5OfMessageBody": "d"},
    ),
    (
        "sqs",
        "receive_message",
        {"QueueUrl": "u", "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]},
        {
            "Messages": [
                {"MessageId": "m", "Body": "ü", "MessageAttributes": {"b": {"DataType": "B", "BinaryValue": b"\1"}}}
            ]
        },
    ),
    ("sqs", "receive_message", {"QueueUrl": "u"}, {}),
    ("sqs", "delete_message", {"QueueUrl": "u", "ReceiptHandle": "r"}, {}),
    # AWS JSON 1.1
    (
        "events",
        "put_events",
        {"Entries": [{"Source": "s", "DetailType": "t", "Detail": '{"a": 1}', "Resources": []}]},
        {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]},
    ),
    (
        "events",
        "put_targets",
        {
            "Rule": "r",
            "Targets": [
                {
                    "Id": "1",
                    "Arn": "arn",
                    "InputTransformer": {"InputPathsMap": {"a": "$.b"}, "InputTemplate": "<a>"},
                    "RetryPolicy": {"MaximumRetryAttempts": 0},
                }
            ],
        },
        {"FailedEntryCount": 0, "FailedEntries": []},
    ),
    (
        "logs",
        "put_log_events",
        {"logGroupName": "g", "logStreamName": "s", "logEvents": [{"timestamp": 1700000000123, "message": "m"}]},
        {"nextSequenceToken": "n"},
    ),
    # JSON 1.0
    (
        "dynamodb",
        "put_item",
        {
            "TableName": "t",
            "Item": {"k": {"S": "v"}, "n": {"L": [{"N": "1"}, {"M": {"b": {"B": b"\xff"}}}, {"NULL": True}]}},
        },
        {"Attributes": {"k": {"BS": [b"a", b"b"]}, "f": {"BOOL": False}}},
    ),
    (
        "stepfunctions",
        "start_execution",
        {"stateMachineArn": "arn:aws:states:eu-west-1:1:stateMachine:m", "input": "{}"},
        {"executionArn": "e", "startDate": MOMENT},
    ),
    # REST-JSON
    (
        "lambda",
        "invoke",
        {
            "FunctionName": "arn:aws:lambda:eu-west-1:1:function:f:$LATEST",
            "InvocationType": "Event",
            "Payload": b"\x00{}",
        },
        {"StatusCode": 202},
    ),
    ("lambda", "get_function", {"FunctionName": "f", "Qualifier": "$LATEST"}, {"Configuration": {"FunctionName": "f"}}),
    (
        "lambda",
        "create_function",
        {"FunctionName": "f", "Role": "r", "Code": {"ZipFile": b"PK\x00"}, "Environment": {"Variables": {"A": "b"}}},
        {"FunctionName": "f", "Timeout": 3, "Environment": {"Variables": {"A": "b"}}},
    ),
    ("lambda", "list_functions", {"MaxItems": 5}, {"Functions": [], "NextMarker": "n"}),
    ("lambda", "untag_resource", {"Resource": "arn:aws:lambda:eu-west-1:1:function:f", "TagKeys": ["a b", "c&d"]}, {}),
    (
        "lambda",
        "create_event_source_mapping",
        {"FunctionName": "f", "StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": MOMENT},
        {"UUID": "u", "LastModified": MOMENT, "BatchSize": 10},
    ),
    (
        "apigatewayv2",
        "create_api",
        {
            "Name": "n",
            "ProtocolType": "WEBSOCKET",
            "RouteSelectionExpression": "$request.body.action",
            "Tags": {"A": "b"},
        },
        {"ApiId": "a", "CreatedDate": datetime(2018, 11, 15, 6, 23, 51, tzinfo=UTC), "ProtocolType": "WEBSOCKET"},
    ),
    ("apigatewayv2", "delete_route_settings", {"ApiId": "a", "StageName": "$default", "RouteKey": "GET /pets"}, {}),
    ("apigatewayv2", "get_tags", {"ResourceArn": "arn:aws:apigateway:eu-west-1::/apis/a"}, {"Tags": {"a": "b"}}),
    (
        "apigatewayv2",
        "get_apis",
        {"MaxResults": "5"},
        {"Items": [{"Name": "n", "ProtocolType": "HTTP", "RouteSelectionExpression": "r"}]},
    ),
    ("apigateway", "get_resources", {"restApiId": "r", "embed": ["methods"]}, {"items": [{"id": "x", "path": "/"}]}),
    ("scheduler", "get_schedule", {"Name": "s", "GroupName": "g"}, {"Name": "s", "StartDate": MOMENT}),
    ("pipes", "start_pipe", {"Name": "p"}, {"Arn": "a", "LastModifiedTime": MOMENT}),
    # Query
    ("sts", "get_caller_identity", {}, {"Account": "123456789012", "Arn": "a", "UserId": "u"}),
    (
        "sns",
        "publish",
        {
            "TopicArn": "t",
            "Message": "m\r\n&",
            "MessageAttributes": {"a": {"DataType": "Binary", "BinaryValue": b"\xff"}},
        },
        {"MessageId": "m"},
    ),
    (
        "sns",
        "create_topic",
        {"Name": "t", "Attributes": {"FifoTopic": "true"}, "Tags": [{"Key": "k", "Value": ""}]},
        {"TopicArn": "t"},
    ),
    ("sns", "list_topics", {}, {"Topics": [{"TopicArn": "a"}, {"TopicArn": "b"}]}),
    ("sns", "get_topic_attributes", {"TopicArn": "t"}, {"Attributes": {"TopicArn": "t", "DisplayName": ""}}),
    (
        "iam",
        "get_role",
        {"RoleName": "r"},
        {"Role": {"Path": "/", "RoleName": "r", "RoleId": "i", "Arn": "a", "CreateDate": MOMENT}},
    ),
    (
        "cloudformation",
        "describe_stacks",
        {"StackName": "s"},
        {"Stacks": [{"StackName": "s", "CreationTime": MOMENT, "StackStatus": "CREATE_COMPLETE"}]},
    ),
    (
        "ssm",
        "get_parameter",
        {"Name": "/a", "WithDecryption": True},
        {"Parameter": {"Name": "/a", "LastModifiedDate": MOMENT}},
    ),
    ("ecs", "run_task", {"taskDefinition": "t", "count": 2}, {"tasks": [{"taskArn": "t", "createdAt": MOMENT}]}),
]


def _plain_times(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: _plain_times(item) for key, item in value.items()}
    return [_plain_times(item) for item in value] if isinstance(value, list) else value


def _read_bodies(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item.read() if hasattr(item, "read") else item for key, item in value.items()}


@pytest.mark.parametrize(("service", "operation", "params", "result"), CASES)
def test_botocore_and_the_wire_agree(
    service: str, operation: str, params: dict[str, Any], result: dict[str, Any]
) -> None:
    seen = exchange(service, operation, params, result)

    assert seen.call.service == service
    assert {name: seen.call.params.get(name) for name in params} == _plain_times(params)
    # What botocore adds by itself: idempotency tokens.
    assert set(seen.call.params) - set(params) <= {"clientToken"}
    assert {name: _read_bodies(seen.result).get(name) for name in result} == result
    assert dict(seen.response.headers)["x-amzn-RequestId"]


def test_an_async_invocation_has_status_202_and_no_body() -> None:
    seen = exchange("lambda", "invoke", {"FunctionName": "f", "InvocationType": "Event"}, {"StatusCode": 202})
    assert (seen.response.status, seen.response.body) == (202, b"")
    assert seen.call.params["Payload"] == b""


def test_an_invocation_answers_the_functions_bytes() -> None:
    result = {"StatusCode": 200, "Payload": b"null", "ExecutedVersion": "$LATEST", "FunctionError": "Unhandled"}
    seen = exchange("lambda", "invoke", {"FunctionName": "f"}, result)
    assert seen.result["Payload"].read() == b"null"
    assert seen.result["ExecutedVersion"] == "$LATEST"
    assert seen.result["FunctionError"] == "Unhandled"


def test_a_streamed_invocation_is_an_event_stream() -> None:
    events = [
        {"PayloadChunk": {"Payload": b"ab"}},
        {"PayloadChunk": {"Payload": b"c"}},
        {"InvokeComplete": {"ErrorCode": "E"}},
    ]
    seen = exchange(
        "lambda", "invoke_with_response_stream", {"FunctionName": "f"}, {"StatusCode": 200, "EventStream": events}
    )
    assert list(seen.result["EventStream"]) == events


def test_create_answers_201_and_delete_204() -> None:
    assert exchange("apigatewayv2", "create_api", {"Name": "n", "ProtocolType": "HTTP"}, {}).response.status == 201
    deleted = exchange("apigatewayv2", "delete_api", {"ApiId": "a"}, {}).response
    assert (deleted.status, deleted.body) == (204, b"")
    deleted = exchange("lambda", "delete_function", {"FunctionName": "f"}, {"StatusCode": 204}).response
    assert (deleted.status, deleted.body) == (204, b"")


def test_members_are_camel_case_on_the_wire_of_apigatewayv2() -> None:
    seen = exchange("apigatewayv2", "create_api", {"Name": "n", "ProtocolType": "HTTP"}, {"ApiId": "a"})
    assert json.loads(seen.response.body) == {"apiId": "a"}


@pytest.mark.parametrize("base", ["", "/dev", "/dev/", "/_aws/execute-api/abc/dev"])
def test_a_connection_is_reached_behind_any_base_path(base: str) -> None:
    result = {
        "ConnectedAt": datetime(2020, 4, 30, 20, 10, 33, 236000, tzinfo=UTC),
        "Identity": {"SourceIp": "192.0.2.1", "UserAgent": "ua/1.0"},
    }
    params = {"ConnectionId": "M0en2eVpSwMCFmw="}
    seen = exchange("apigatewaymanagementapi", "get_connection", params, result, f"http://localhost:4566{base}")
    assert seen.call.params == params
    assert seen.call.target.base_path == base.rstrip("/")
    assert seen.result == result
    assert json.loads(seen.response.body) == {
        "connectedAt": "2020-04-30T20:10:33.236Z",
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "ua/1.0"},
    }


def test_data_to_a_connection_is_raw_bytes() -> None:
    params = {"ConnectionId": "M0en2eVpSwMCFmw=", "Data": b"\x00\xff{"}
    seen = exchange("apigatewaymanagementapi", "post_to_connection", params, {}, "http://localhost:4566/dev")
    assert seen.call.params == params
    assert (seen.response.status, seen.response.body) == (200, b"")


def test_unset_members_are_left_out() -> None:
    seen = exchange("events", "describe_rule", {"Name": "r"}, {"Name": "r", "EventPattern": None})
    assert json.loads(seen.response.body) == {"Name": "r"}
