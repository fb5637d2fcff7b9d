"""Validation in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.core.errors import AwsError
from emulator.wire import validate
from emulator.wire.javaregex import java_pattern

NAME_PATTERN = r"[\.\-_A-Za-z0-9]+"


def text_of(service: str, operation: str, params: dict[str, Any]) -> str:
    with pytest.raises(AwsError) as caught:
        validate(service, operation, params)
    assert caught.value.code == "ValidationException"
    return str(caught.value.message)


def one(rest: str) -> str:
    return f"1 validation error detected: {rest}"


def test_pattern_of_a_list_item() -> None:
    params = {"Rule": "r", "Targets": [{"Id": "!@#$@!#$", "Arn": "a"}]}
    assert text_of("events", "PutTargets", params) == one(
        "Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy constraint: "
        rf"Member must satisfy regular expression pattern: {NAME_PATTERN}"
    )


def test_length_of_a_list_item() -> None:
    params = {"Rule": "r", "Targets": [{"Id": "1", "Arn": "a"}, {"Id": "a" * 65, "Arn": "a"}]}
    assert text_of("events", "PutTargets", params) == one(
        f"Value '{'a' * 65}' at 'targets.2.member.id' failed to satisfy constraint: "
        "Member must have length less than or equal to 64"
    )


def test_several_errors_in_order_of_the_model() -> None:
    name = "x y" * 30
    params = {"Name": name, "AuthorizationType": "INVALID", "AuthParameters": {}}
    assert text_of("events", "CreateConnection", params) == (
        f"3 validation errors detected: Value '{name}' at 'name' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {NAME_PATTERN}; "
        f"Value '{name}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 64; "
        "Value 'INVALID' at 'authorizationType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [BASIC, OAUTH_CLIENT_CREDENTIALS, API_KEY]"
    )


def test_too_many_entries_are_quoted_as_java_does() -> None:
    entry = {"Source": "s", "DetailType": "t", "Detail": '{"a":1}', "EventBusName": "b"}
    quoted = (
        'PutEventsRequestEntry(time=null, source=s, resources=null, detailType=t, detail={"a":1}, eventBusName=b, '
        "traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null)"
    )
    assert text_of("events", "PutEvents", {"Entries": [entry] * 11}) == one(
        f"Value '[{', '.join([quoted] * 11)}]' at 'entries' failed to satisfy constraint: "
        "Member must have length less than or equal to 10"
    )


def test_a_missing_member_is_null_without_quotes() -> None:
    assert text_of("stepfunctions", "DescribeExecution", {}) == one(
        "Value null at 'executionArn' failed to satisfy constraint: Member must not be null"
    )


def test_a_number_out_of_range() -> None:
    assert text_of("stepfunctions", "ListStateMachines", {"maxResults": 1001}) == one(
        "Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000"
    )


FUNCTION_NAME = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)


def test_lambdas_patterns() -> None:
    assert text_of("lambda", "GetFunction", {"FunctionName": "a b"}) == one(
        "Value 'a b' at 'functionName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {FUNCTION_NAME}"
    )
    assert text_of("lambda", "Invoke", {"FunctionName": "f", "Qualifier": "a b"}) == one(
        "Value 'a b' at 'qualifier' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: \$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"
    )
    params = {"FunctionName": "f", "Name": "12", "FunctionVersion": "1"}
    assert text_of("lambda", "CreateAlias", params) == one(
        "Value '12' at 'name' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
    )
    validate("lambda", "Invoke", {"FunctionName": "function", "Qualifier": "$LATEST"})


def test_a_nested_member_has_a_dotted_path() -> None:
    params = {"FunctionName": "f", "DestinationConfig": {"OnFailure": {"Destination": "x"}}}
    text = text_of("lambda", "PutFunctionEventInvokeConfig", params)
    assert text.startswith(one("Value 'x' at 'destinationConfig.onFailure.destination' failed to satisfy constraint: "))
    assert "Member must satisfy regular expression pattern: $|kafka://" in text


def test_recorded_orders_of_enum_sets() -> None:
    params = {"FunctionName": "f", "StartingPosition": "invalid"}
    assert text_of("lambda", "CreateEventSourceMapping", params) == one(
        "Value 'invalid' at 'startingPosition' failed to satisfy constraint: "
        "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"
    )
    text = text_of("lambda", "PutFunctionRecursionConfig", {"FunctionName": "f", "RecursiveLoop": "x"})
    assert "enum value set: [Terminate, Allow]" in text
    asked = {"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m", "statusFilter": "succeeded"}
    text = text_of("stepfunctions", "ListExecutions", asked)
    assert "enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]" in text


def test_a_collection_is_quoted_whole_for_its_scalars() -> None:
    params = {
        "FunctionName": "f",
        "Name": "live",
        "FunctionVersion": "1",
        "RoutingConfig": {"AdditionalVersionWeights": {"2": 2.0}},
    }
    assert text_of("lambda", "CreateAlias", params) == one(
        "Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must "
        "satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than "
        "or equal to 0.0, Member must not be null]"
    )
    params = {"FunctionName": "f", "Architectures": ["x86_64", "arm64"], "ZipFile": b""}
    assert text_of("lambda", "UpdateFunctionCode", params) == one(
        "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: "
        "Member must have length less than or equal to 1"
    )


def test_right_parameters_pass() -> None:
    validate("events", "PutEvents", {"Entries": [{"Source": "s", "DetailType": "t", "Detail": "{}"}]})
    validate("events", "PutTargets", {"Rule": "a.b-c_D", "Targets": [{"Id": "1", "Arn": "a", "RetryPolicy": {}}]})
    validate("dynamodb", "PutItem", {"TableName": "tab", "Item": {"a": {"M": {"b": {"L": [{"S": "x"}]}}}}})
    validate("stepfunctions", "ListStateMachines", {})


def test_an_idempotency_token_may_be_missing() -> None:
    validate("secretsmanager", "CreateSecret", {"Name": "n"})
    validate("secretsmanager", "CreateSecret", {"Name": "n", "ClientRequestToken": "t" * 32})
    text = text_of("secretsmanager", "CreateSecret", {"Name": "n", "ClientRequestToken": "short"})
    assert "at 'clientRequestToken'" in text


def test_a_union_has_exactly_one_member() -> None:
    credentials = {"SaslScram512Auth": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a"}
    source = {"SelfManagedKafkaParameters": {"TopicName": "topic", "Credentials": {}}}
    params: dict[str, Any] = {"Name": "p", "RoleArn": "arn:aws:iam::123456789012:role/r", "SourceParameters": source}
    params |= {"Source": "smk://localhost:9092", "Target": "arn:aws:sqs:eu-west-1:123456789012:q"}
    assert "'sourceParameters.selfManagedKafkaParameters.credentials'" in text_of("pipes", "CreatePipe", params)
    source["SelfManagedKafkaParameters"]["Credentials"] = credentials
    validate("pipes", "CreatePipe", params)


def test_query_services_say_validation_error() -> None:
    with pytest.raises(AwsError) as caught:
        validate("sts", "AssumeRole", {"RoleSessionName": "session"})
    assert caught.value.code == "ValidationError"
    assert caught.value.message == one("Value null at 'roleArn' failed to satisfy constraint: Member must not be null")


def test_null_items_are_no_values() -> None:
    text = text_of("events", "PutEvents", {"Entries": [None]})
    assert "Member must not be null" in text


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "Größe 1@x 日本", "a#b"),
        (r"\p{ASCII}*", "a#b", "ü"),
        (r"^!?\*?([\p{L}\p{Z}]*)\*?$", "!*ab*", "!*a1*"),
        (r"[\w-_]*", "a-b_", "a b"),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a\U0001f600\n", "\x00"),
        (r"\d{12}", "123456789012", "１２３４５６７８９０１２"),
        (r"^[a-z]+$", "abc", "abc\n"),
    ],
)
def test_javas_patterns(pattern: str, good: str, bad: str) -> None:
    compiled = java_pattern(pattern)
    assert compiled is not None
    assert compiled.matches(good)
    assert not compiled.matches(bad)


@pytest.mark.parametrize(
    "service",
    [
        "sqs",
        "sns",
        "events",
        "lambda",
        "apigatewayv2",
        "scheduler",
        "pipes",
        "stepfunctions",
        "logs",
        "ecs",
        "dynamodb",
    ],
)
def test_every_pattern_is_understood(service: str) -> None:
    from emulator.wire import service_model

    model = service_model(service)
    patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names}
    assert [pattern for pattern in patterns if pattern and java_pattern(pattern) is None] == []


@pytest.mark.parametrize(
    ("operation", "params", "path"),
    [
        ("SendMessageBatch", {"Entries": [{"Id": "a"}, None]}, "entries.2.member"),
        ("SendMessage", {"MessageAttributes": {"a": None}}, "messageAttributes.a.member"),
        (
            "SendMessageBatch",
            {"Entries": [{"MessageAttributes": {"a": None}}]},
            "entries.1.member.messageAttributes.a.member",
        ),
    ],
)
def test_null_among_structures_is_refused_for_services_with_texts_of_their_own(
    operation: str, params: dict[str, Any], path: str
) -> None:
    with pytest.raises(AwsError) as caught:
        validate("sqs", operation, params, "own")
    assert caught.value.message == one(f"Value null at '{path}' failed to satisfy constraint: Member must not be null")


def test_services_with_texts_of_their_own_look_for_the_rest_themselves() -> None:
    validate("sqs", "SendMessage", {"DelaySeconds": -1, "MessageAttributes": {"a": {}}}, "own")
    validate("sqs", "ReceiveMessage", {"AttributeNames": [None]}, "own")
