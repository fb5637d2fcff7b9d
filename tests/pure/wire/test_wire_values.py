"""Values on their way in: wrong types, nulls, timestamps, unknown members."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from wire_oracle import target_request

from emulator.core.errors import AwsError
from emulator.wire import (
    ParsedCall,
    WireRequest,
    WrongResultError,
    check_output,
    parse,
    validate,
)
from emulator.wire.timetext import epoch_number, iso8601, java_date, read_time, rfc822


def put_events(body: str) -> ParsedCall:
    return parse(target_request("AWSEvents.PutEvents", body.encode()))


def refused(target: str, body: bytes) -> AwsError:
    with pytest.raises(AwsError) as caught:
        parse(target_request(target, body))
    return caught.value


@pytest.mark.parametrize(("token", "shown"), [("null", "null"), ("NaN", "NaN"), ("Infinity", "NaN")])
def test_an_invalid_date_of_javascript_counts_as_absent_with_a_warning(token: str, shown: str) -> None:
    call = put_events('{"Entries":[{"Source":"a"},{"Source":"s","Time":' + token + "}]}")
    assert call.params == {"Entries": [{"Source": "a"}, {"Source": "s"}]}
    assert len(call.warnings) == 1
    assert call.warnings[0].startswith(f"Entries[1].Time is {shown}")


def test_a_null_member_counts_as_absent_without_a_word() -> None:
    call = put_events('{"Entries":[{"Source":null,"TraceHeader":null}],"EndpointId":null}')
    assert call.params == {"Entries": [{}]}
    assert call.warnings == []


def test_unknown_members_are_ignored() -> None:
    assert put_events('{"Entries":[{"Source":"s","Foo":1}],"Bar":[]}').params == {"Entries": [{"Source": "s"}]}


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("AmazonSQS.SendMessage", b'{"QueueUrl":"u","MessageBody":1}'),
        ("AmazonSQS.SendMessage", b'{"QueueUrl":"u","MessageBody":{}}'),
        ("AmazonSQS.SendMessage", b'{"QueueUrl":"u","MessageBody":true}'),
        ("AmazonSQS.SendMessage", b'{"QueueUrl":"u","DelaySeconds":"1"}'),
        ("AmazonSQS.SendMessage", b'{"QueueUrl":"u","DelaySeconds":2147483648}'),
        ("AmazonSQS.SendMessage", b'{"QueueUrl":"u","DelaySeconds":true}'),
        ("AmazonSQS.SendMessage", b'{"QueueUrl":"u","MessageAttributes":[]}'),
        ("AmazonSQS.SendMessage", b'{"MessageAttributes":{"a":{"DataType":"Binary","BinaryValue":"%"}}}'),
        ("AmazonSQS.SendMessageBatch", b'{"QueueUrl":"u","Entries":"x"}'),
        ("AmazonSQS.SendMessageBatch", b'{"QueueUrl":"u","Entries":["x"]}'),
        ("AmazonSQS.SendMessage", b"[]"),
        ("AmazonSQS.SendMessage", b"1"),
        ("AmazonSQS.SendMessage", b"{"),
        ("AmazonSQS.SendMessage", b"\xff"),
        ("AmazonSQS.SendMessage", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        ("AmazonSQS.SendMessage", b'{"DelaySeconds":' + b"9" * 6000 + b"}"),
        ("DynamoDB_20120810.PutItem", b'{"Item":{"a":' + b'{"L":[' * 300 + b"1" + b"]}" * 300 + b"}}"),
        ("AWSStepFunctions.StartExecution", b'{"input":1.5}'),
    ],
)
def test_a_wrong_type_is_a_serialization_exception(target: str, body: bytes) -> None:
    assert refused(target, body).code == "SerializationException"


@pytest.mark.parametrize("target", ["AmazonSQS.ListQueues", "AWSEvents.ListRules", "DynamoDB_20120810.ListTables"])
def test_bodies_have_256_levels_whoever_reads_them(target: str) -> None:
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        deepest = '{"Unknown":' + opened * 255 + "1" + closed * 255 + "}"
        assert parse(target_request(target, deepest.encode())).params == {}
        for levels in (256, 700, 3_000, 100_000):
            body = '{"Unknown":' + opened * levels + "1" + closed * levels + "}"
            error = refused(target, body.encode())
            assert (error.code, error.message) == ("SerializationException", "Request body is nested too deeply")
            assert refused(target, body[: len(body) // 2].encode()).code == "SerializationException"


def test_rest_bodies_have_256_levels() -> None:
    path = "/2015-03-31/functions"
    assert parse(_post(path, b'{"Unknown":' + b"[" * 255 + b"]" * 255 + b"}")).params == {}
    for levels in (256, 100_000):
        with pytest.raises(AwsError) as refusal:
            parse(_post(path, b'{"Unknown":' + b"[" * levels + b"]" * levels + b"}"))
        assert refusal.value.code == "SerializationException"


def test_the_text_for_a_timestamp() -> None:
    error = refused("AWSEvents.PutEvents", b'{"Entries":[{"Time":"yesterday"}]}')
    assert error.message == "class java.lang.String can not be converted to milliseconds since epoch"


def test_whole_numbers_may_be_written_as_decimals() -> None:
    call = parse(target_request("AmazonSQS.SendMessage", b'{"DelaySeconds":3.0}'))
    assert call.params == {"DelaySeconds": 3}


def test_an_empty_body_is_an_empty_structure() -> None:
    assert parse(target_request("AmazonSQS.ListQueues", b"")).params == {}


def test_half_characters_are_replaced() -> None:
    body = b'{"MessageBody":"a\\ud800b\\ud83d\\ude00"}'
    call = parse(target_request("AmazonSQS.SendMessage", body))
    assert call.params["MessageBody"] == "a\ufffdb\U0001f600"
    body = (
        b'{"QueueUrl":"\\ud83d","MessageBody":"\\ude00","MessageGroupId":"\\\\ud800 \\ud83d\\ude00","DelaySeconds":1.0}'
    )
    params = {"QueueUrl": "\ufffd", "MessageBody": "\ufffd", "MessageGroupId": "\\ud800 \U0001f600", "DelaySeconds": 1}
    assert parse(target_request("AmazonSQS.SendMessage", body)).params == params


def _post(path: str, body: bytes = b"", query: str = "", method: str = "POST", **headers: str) -> WireRequest:
    return WireRequest(method, path, query, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def test_rest_json_reads_path_query_headers_and_body() -> None:
    call = parse(
        _post(
            "/2015-03-31/functions/f%3Alive/invocations",
            b"not json",
            "Qualifier=%24LATEST",
            x_amz_invocation_type="Event",
            x_amz_log_type="Tail",
        )
    )
    assert call.params == {
        "FunctionName": "f:live",
        "Qualifier": "$LATEST",
        "InvocationType": "Event",
        "LogType": "Tail",
        "Payload": b"not json",
    }


@pytest.mark.parametrize("text", ["abc", "1.5", "", "1_0", "٣"])
def test_a_number_in_a_query_string_must_be_one(text: str) -> None:
    with pytest.raises(AwsError) as caught:
        parse(_post("/2015-03-31/functions/", query=f"MaxItems={text}", method="GET"))
    assert caught.value.code == "SerializationException"


def test_a_type_error_over_query_is_malformed_input() -> None:
    form = b"Action=ReceiveMessage&Version=2012-11-05&MaxNumberOfMessages=x"
    with pytest.raises(AwsError) as caught:
        parse(_post("/", form, content_type="application/x-www-form-urlencoded"))
    assert caught.value.code == "MalformedInput"


def test_a_jsonvalue_in_a_body_stays_text() -> None:
    body = json.dumps({"Policy": '{"a":1}'}).encode()
    request = _post("/v1/policy", body, method="PUT", authorization="A Credential=k/1/eu-west-1/schemas/aws4_request")
    assert parse(request).params == {"Policy": '{"a":1}'}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1700000000, 1700000000),
        (1700000000.123, 1700000000.123),
        (1.7e9, 1.7e9),
        ("1700000000", 1700000000),
        ("2023-11-14T22:13:20Z", 1700000000),
        ("2023-11-14T22:13:20.500Z", 1700000000.5),
        ("2023-11-14T23:13:20+01:00", 1700000000),
        ("2023-11-14T22:13:20", 1700000000),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 1700000000),
        ("1970-01-01", 0),
        (-1, -1),
    ],
)
def test_timestamps_are_read_in_every_form(value: Any, seconds: float) -> None:
    assert read_time(value) == seconds


@pytest.mark.parametrize(
    "value", ["", "now", float("inf"), 1e300, True, None, [], "1" * 400, "Tue, 99 Nov 2023 22:13:20 GMT"]
)
def test_no_timestamp(value: Any) -> None:
    with pytest.raises(ValueError):
        read_time(value)


def test_timestamps_are_written() -> None:
    assert iso8601(1588277433.236) == "2020-04-30T20:10:33.236Z"
    assert iso8601(1542263031) == "2018-11-15T06:23:51Z"
    assert iso8601(datetime(2018, 11, 15, 6, 23, 51, tzinfo=UTC)) == "2018-11-15T06:23:51Z"
    assert rfc822(0) == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert epoch_number(1700000000.1234) == 1700000000.123
    assert str(epoch_number(1700000000.0)) == "1700000000"
    assert java_date(0) == "Thu Jan 01 00:00:00 UTC 1970"


def test_types_are_checked_for_direct_callers_too() -> None:
    for style in ("standard", "own"):
        with pytest.raises(AwsError) as caught:
            validate("sqs", "SendMessage", {"QueueUrl": "u", "MessageBody": 1}, style)  # type: ignore[arg-type]
        assert caught.value.code == "SerializationException"


def test_without_style_only_types_count() -> None:
    validate("sqs", "SendMessage", {}, style="own")
    validate("apigatewayv2", "CreateApi", {}, style="own")


@pytest.mark.parametrize(
    ("service", "operation", "result", "problem"),
    [
        ("events", "PutEvents", {"FailedEntryCount": "0"}, "FailedEntryCount: wrong type"),
        ("events", "PutEvents", {"Entries": [{"EventID": "e"}]}, "Entries.0.EventID: unknown member"),
        ("events", "PutEvents", {"Entries": {}}, "Entries: wrong type"),
        ("events", "DeleteRule", {"Foo": 1}, "Foo: unknown member"),
        ("sqs", "SendMessageBatch", {"Successful": [{"Id": "a", "MessageId": "m"}]}, "MD5OfMessageBody: missing"),
        ("sqs", "GetQueueAttributes", {"Attributes": {"DelaySeconds": 0}}, "Attributes.DelaySeconds: wrong type"),
    ],
)
def test_a_wrong_result_is_told(service: str, operation: str, result: dict[str, Any], problem: str) -> None:
    with pytest.raises(WrongResultError) as caught:
        check_output(service, operation, result)
    assert problem in str(caught.value)


def test_empty_lists_may_be_left_out_of_results() -> None:
    check_output("sqs", "SendMessageBatch", {})
    check_output("sqs", "DeleteQueue", None)
