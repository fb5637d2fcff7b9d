"""Parts that need no loop: names, history, shapes, mocks, aliases, counts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from emulator.asl.checks.resource import parse_resource
from emulator.asl.errors import StatesError
from emulator.core.errors import AwsError
from emulator.core.ids import Ids
from emulator.http_out import HttpAnswer
from emulator.services.stepfunctions import paging
from emulator.services.stepfunctions.history import LIMIT, History
from emulator.services.stepfunctions.integrations.api_gateway import result_of
from emulator.services.stepfunctions.integrations.directory import called
from emulator.services.stepfunctions.integrations.failures import service_failure
from emulator.services.stepfunctions.integrations.shapes import from_response, to_request
from emulator.services.stepfunctions.machine import Alias
from emulator.services.stepfunctions.mocks import MockConfig
from emulator.services.stepfunctions.names import check_name, read


def resource_of(arn: str) -> Any:
    resource = parse_resource(arn)
    assert resource is not None
    return resource


def test_arns() -> None:
    prefix = "arn:aws:states:us-east-1:123456789012:"
    execution = read(prefix + "execution:M:E")
    assert (execution.kind, execution.name, execution.rest) == ("execution", "M", "E")
    assert execution.machine_arn == prefix + "stateMachine:M"
    run = read(prefix + "mapRun:M/L:id", "mapRun")
    assert (run.name, run.rest) == ("M/L", "id")
    with pytest.raises(AwsError) as error:
        read("arn:aws:sqs:us-east-1:1:q")
    assert error.value.message == "Invalid Arn: 'Invalid ARN prefix: arn:aws:sqs:us-east-1:1:q'"


def test_failures_of_s3_have_two_request_ids() -> None:
    """The Java SDK v2 shows S3's extended request id behind the other one (its AwsServiceException)."""
    resource = resource_of("arn:aws:states:::aws-sdk:s3:getObject")
    error = AwsError("NoSuchBucket", "The specified bucket does not exist")
    failed = service_failure(called(resource), error, Ids(1))
    assert failed.error == "S3.NoSuchBucketException"
    pattern = (
        r"The specified bucket does not exist \(Service: S3, Status Code: 404, Request ID: \S+, Extended Request ID: "
    )
    assert re.match(pattern, failed.cause or "")


def test_headers_of_apis_in_their_usual_spelling() -> None:
    """Recorded: Content-Type, Content-Length, Date, x-amzn-RequestId."""
    names = ("content-type", "content-length", "date", "x-amzn-requestid", "x-own")
    answer = HttpAnswer(200, tuple((name, "v") for name in names), b"")
    assert list(result_of(answer)["Headers"]) == [
        "Content-Type",
        "Content-Length",
        "Date",
        "x-amzn-RequestId",
        "x-own",
    ]


def test_names() -> None:
    for name in ("a", "a.b-c_d", "x" * 80):
        check_name(name)
    for name in ("", "x" * 81, "a/b", "a\tb", "a:b"):
        with pytest.raises(AwsError):
            check_name(name)


def test_events_as_aws_shows_them() -> None:
    history = History()
    history.add("ExecutionStarted", 1.0, {"input": {"a": 1}, "roleArn": "r"}, 0)
    history.add("PassStateExited", 2.0, {"name": "P", "output": None, "assignedVariables": {"x": "a"}}, 1)
    history.add("TaskStateAborted", 2.0, None, 1)
    first, second, third = (event.render() for event in history)
    assert first["executionStartedEventDetails"] == {
        "input": '{"a":1}',
        "inputDetails": {"truncated": False},
        "roleArn": "r",
    }
    assert second["stateExitedEventDetails"] == {
        "name": "P",
        "output": "null",
        "outputDetails": {"truncated": False},
        "assignedVariables": {"x": '"a"'},
        "assignedVariablesDetails": {"truncated": False},
    }
    assert third == {"timestamp": 2.0, "type": "TaskStateAborted", "id": 3, "previousEventId": 1}


def test_a_full_history_takes_only_the_end() -> None:
    history = History()
    for _ in range(LIMIT - 1):
        history.add("PassStateEntered", 0.0, None, 0)
    with pytest.raises(StatesError) as error:
        history.add("PassStateEntered", 0.0, None, 0)
    assert (error.value.error, error.value.catchable) == ("States.Runtime", False)
    assert history.add("ExecutionFailed", 0.0, {}, 0) == LIMIT


def test_pascal_case_both_ways() -> None:
    request = to_request("stepfunctions", "StartExecution", {"StateMachineArn": "a", "Input": {"k": [1]}, "Name": None})
    assert request == {"stateMachineArn": "a", "input": '{"k":[1]}'}
    answer = from_response("stepfunctions", "StartExecution", {"executionArn": "e", "startDate": 1_700_000_000.123})
    assert answer["ExecutionArn"] == "e"
    item = {"Item": {"id": {"S": "1"}, "data": {"M": {"lower": {"N": "2"}}}}}
    assert from_response("dynamodb", "GetItem", item) == item
    with pytest.raises(StatesError) as error:
        to_request("sqs", "SendMessage", {"QueueUrl": "q", "Nonsense": 1})
    assert error.value.error == "States.Runtime"


@pytest.mark.parametrize(
    ("what", "code", "name"),
    [
        ("dynamodb:putItem", "ValidationException", "DynamoDB.AmazonDynamoDBException"),
        (
            "dynamodb:putItem",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException",
        ),
        ("aws-sdk:dynamodb:putItem", "ValidationException", "DynamoDb.DynamoDbException"),
        ("aws-sdk:sfn:sendTaskSuccess", "InvalidToken", "Sfn.InvalidTokenException"),
        ("sqs:sendMessage", "MissingParameter", "SQS.AmazonSQSException"),
        ("sns:publish", "NotFound", "SNS.NotFoundException"),
        (
            "states:startExecution",
            "ExecutionAlreadyExists",
            "StepFunctions.ExecutionAlreadyExistsException",
        ),
    ],
)
def test_names_of_service_errors(what: str, code: str, name: str) -> None:
    failure = service_failure(called(resource_of(f"arn:aws:states:::{what}")), AwsError(code, "text"), Ids(1))
    assert failure.error == name
    assert (failure.cause or "").startswith("text (Service: ")


def test_sdk_services_by_their_java_names() -> None:
    assert called(resource_of("arn:aws:states:::aws-sdk:eventbridge:putEvents")).service == "events"
    assert called(resource_of("arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents")).service == "logs"
    assert called(resource_of("arn:aws:states:::aws-sdk:secretsmanager:getSecretValue")).prefix == "SecretsManager"


def test_an_alias_follows_its_weights() -> None:
    routing = [{"stateMachineVersionArn": "a:1", "weight": 25}, {"stateMachineVersionArn": "a:2", "weight": 75}]
    alias = Alias("a:x", "x", routing, None, 0.0, 0.0)
    assert alias.choose(lambda low, high: 24.9) == "a:1"
    assert alias.choose(lambda low, high: 25.0) == "a:2"
    assert alias.choose(lambda low, high: 100.0) == "a:2"


def test_mocked_responses_by_attempt() -> None:
    document = {
        "StateMachines": {"M": {"TestCases": {"T": {"S": "R"}}}},
        "MockedResponses": {"R": {"0": {"Return": 1}, "1-2": {"Throw": {"Error": "E", "Cause": "c"}}}},
    }
    config = MockConfig(document)
    assert config.states_of("M") == {"S"}
    case = config.test_case("M", "T")
    assert case.next_for("Other") is None
    first, second = case.next_for("S"), case.next_for("S")
    assert first is not None
    assert second is not None
    assert first.value() == 1
    with pytest.raises(StatesError) as error:
        second.value()
    assert (error.value.error, error.value.cause) == ("E", "c")


def test_pages() -> None:
    items = list(range(5))
    first, token = paging.page({"maxResults": 2}, items)
    assert list(first) == [0, 1]
    second, token = paging.page({"maxResults": 3, "nextToken": token}, items)
    assert (list(second), token) == ([2, 3, 4], None)
    with pytest.raises(AwsError) as error:
        paging.page({"nextToken": "x"}, items)
    assert error.value.code == "InvalidToken"
