"""Names, records, events, policies and log lines: shapes and texts recorded from AWS."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from emulator.core.errors import AwsError
from emulator.polling.queue_record import queue_record
from emulator.runtimes.base import FunctionSpec, Outcome
from emulator.services.lambda_ import policy, records
from emulator.services.lambda_.code import CodeArea, read_code
from emulator.services.lambda_.configuration import changed_config, check_name, new_config
from emulator.services.lambda_.log import InvocationLog, report
from emulator.services.lambda_.names import Address, check_alias_name, read_name
from emulator.services.lambda_.payload import read_payload
from emulator.services.lambda_.records import Finished, LastRun

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"


@pytest.mark.parametrize(
    ("text", "qualifier", "address"),
    [
        ("f", None, Address("f")),
        ("f:1", None, Address("f", "1")),
        ("f", "live", Address("f", "live")),
        ("f:live", "live", Address("f", "live")),
        ("function", None, Address("function")),  # a legal name
        ("function:f:$LATEST", None, Address("f", "$LATEST")),
        ("123456789012:function:f", None, Address("f")),
        (ARN + ":$LATEST", None, Address("f", "$LATEST")),
    ],
)
def test_names(text: str, qualifier: str | None, address: Address) -> None:
    assert read_name(text, qualifier, "123456789012", "us-east-1") == address


def test_bad_characters() -> None:
    with pytest.raises(AwsError) as failure:
        read_name("f f", None, "123456789012", "us-east-1")
    assert failure.value.code == "ValidationException"
    assert str(failure.value.message).startswith(
        "1 validation error detected: Value 'f f' at 'functionName' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?"
    )


def test_long_name_at_create() -> None:
    with pytest.raises(AwsError) as failure:
        check_name("a" * 65)
    assert failure.value.code == "InvalidParameterValueException"
    assert failure.value.message == (
        f"1 validation error detected: Value '{'a' * 65}' at 'functionName' failed to satisfy constraint: Member must "
        "have length less than or equal to 64"
    )


def test_numeric_alias() -> None:
    with pytest.raises(AwsError, match=r"at 'name' failed to satisfy constraint"):
        check_alias_name("12")


def finished(**changes: Any) -> Finished:
    last = LastRun(b'{"any": "json"}', "$LATEST", None)
    event = Finished("id", ARN + ":$LATEST", "Success", 1, b"{}", 1_764_026_068.123, last)
    return event._replace(**changes)


def test_success_record() -> None:
    assert records.record(finished()) == (
        '{"version":"1.0","timestamp":"2025-11-24T23:14:28.123Z",'
        f'"requestContext":{{"requestId":"id","functionArn":"{ARN}:$LATEST","condition":"Success",'
        '"approximateInvokeCount":1},"requestPayload":{},'
        '"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":{"any": "json"}}'
    )


def test_record_of_an_event_that_never_ran() -> None:
    record = json.loads(records.record(finished(condition="ZeroReservedConcurrency", attempts=0, last=None)))
    assert list(record) == ["version", "timestamp", "requestContext", "requestPayload"]


def test_result_that_is_not_json_is_a_string() -> None:
    assert json.loads(records.record(finished(last=LastRun(b"\x00bytes", "1", None))))["responsePayload"] == "\x00bytes"


@pytest.mark.parametrize("message", ["x" * 2000, "ä" * 1000])
def test_dead_letter_message_has_at_most_1_kb(message: str) -> None:
    last = LastRun(json.dumps({"errorMessage": message}).encode(), "$LATEST", "Unhandled")
    attributes = records.dead_letter_attributes(finished(condition="RetriesExhausted", last=last))
    text = attributes["ErrorMessage"]["StringValue"]
    assert len(text.encode()) == 1024
    assert message.startswith(text)


def test_queue_event_for_fifo_and_binary_attributes() -> None:
    message = {
        "MessageId": "m",
        "ReceiptHandle": "h",
        "Body": "b",
        "MD5OfBody": "x",
        "MD5OfMessageAttributes": "y",
        "Attributes": {
            "AWSTraceHeader": "Root=1",
            "SequenceNumber": "1",
            "MessageGroupId": "g",
            "SenderId": "s",
            "MessageDeduplicationId": "d",
            "DeadLetterQueueSourceArn": "arn",
        },
        "MessageAttributes": {"B": {"DataType": "Binary", "BinaryValue": b"foobar"}},
    }
    record = queue_record(message, "arn:aws:sqs:us-east-1:000000000000:q", 0)
    assert record["attributes"] == message["Attributes"]
    assert record["messageAttributes"] == {
        "B": {"binaryValue": "Zm9vYmFy", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"}
    }


@pytest.mark.parametrize(
    ("text", "principal"),
    [
        ("*", "*"),
        ("s3.amazonaws.com", {"Service": "s3.amazonaws.com"}),
        ("123456789012", {"AWS": "arn:aws:iam::123456789012:root"}),
        ("arn:aws:iam::123456789012:role/r", {"AWS": "arn:aws:iam::123456789012:role/r"}),
    ],
)
def test_principals(text: str, principal: Any) -> None:
    assert policy.principal(text) == principal


def test_bad_principal() -> None:
    with pytest.raises(AwsError, match="The provided principal was invalid"):
        policy.principal("nobody")


def test_statement() -> None:
    params = {
        "StatementId": "s3",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceArn": "arn:aws:s3:::b",
        "SourceAccount": "123456789012",
    }
    entry = policy.statement(params, ARN)
    assert list(entry) == ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"]
    assert entry["Condition"] == {
        "StringEquals": {"AWS:SourceAccount": "123456789012"},
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"},
    }


SPEC = FunctionSpec("1", "r", "f", "$LATEST", ARN, "python3.13", "h.h", Path("/var/task"), 3)


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (
            Outcome(b"", duration=0.00301, init=0.1101, memory_used=36),
            "REPORT RequestId: id\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 36 MB\tInit Duration: 110.10 ms\t",
        ),
        (
            Outcome(b"", "Sandbox.Timedout", "timeout", duration=3.0, memory_used=36),
            "REPORT RequestId: id\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 36 MB\tStatus: timeout",
        ),
        (
            Outcome(b"", "Runtime.ExitError", "error", duration=0.003, memory_used=36),
            "REPORT RequestId: id\tDuration: 3.00 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 36 MB\tStatus: error\tError Type: Runtime.ExitError",
        ),
    ],
)
def test_report_line(outcome: Outcome, line: str) -> None:
    assert report("id", SPEC, outcome) == line


def test_tail_of_the_log_is_4_kb() -> None:
    """AWS docs, Invoke: the last 4 KB of the log, in base64."""
    log = InvocationLog("id", SPEC, lambda: 0.0, lambda line: None, lambda stream, events: None)
    log.line("x" * 5000)
    log.finish(Outcome(b"", duration=0.001))
    tail = base64.b64decode(log.tail())
    assert len(tail) == 4096
    assert tail.startswith(b"xxx")
    assert tail.endswith(b"Billed Duration: 1 ms\tMemory Size: 128 MB\t\n")


@pytest.mark.parametrize(
    ("body", "payload"), [(None, b"{}"), (b"", b"{}"), (b"1.0", b"1.0"), (b'{"a": 1}', b'{"a": 1}')]
)
def test_payload_is_passed_on_unchanged(body: bytes | None, payload: bytes) -> None:
    assert read_payload(body) == payload


def test_payload_that_is_not_utf8() -> None:
    with pytest.raises(AwsError, match="Invalid UTF-8 start byte 0x87"):
        read_payload(b"\x87")


def anywhere(service: str) -> bool:
    """Every service exists."""
    return True


BASE = {"Runtime": "python3.12", "Handler": "h.h", "Role": "r"}


def test_configuration_defaults() -> None:
    config = new_config(BASE, anywhere)
    assert (config["Timeout"], config["MemorySize"], config["Description"]) == (3, 128, "")
    assert "Environment" not in config


def test_empty_dead_letter_config_changes_nothing_recorded() -> None:
    target = {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:q"}
    config = changed_config(new_config(BASE, anywhere), {"DeadLetterConfig": target}, anywhere)
    assert changed_config(config, {"DeadLetterConfig": {}}, anywhere)["DeadLetterConfig"] == target
    assert "DeadLetterConfig" not in changed_config(config, {"DeadLetterConfig": {"TargetArn": ""}}, anywhere)


def test_unknown_runtime_recorded() -> None:
    with pytest.raises(AwsError) as failure:
        new_config(BASE | {"Runtime": "python9"}, anywhere)
    text = str(failure.value.message)
    assert text.startswith(
        "Value python9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["
    )
    assert text.endswith("] or be a valid ARN")


def test_environment_over_4_kb_recorded() -> None:
    variables = {"A": "x" * 4096}
    with pytest.raises(AwsError) as failure:
        new_config(BASE | {"Environment": {"Variables": variables}}, anywhere)
    assert str(failure.value.message).startswith(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        'exceeded the 4KB limit. String measured: {"A":"xxx'
    )


# AWS docs, "Working with Lambda environment variables".
RESERVED = (
    "_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME "
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE "
    "AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY "
    "AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR"
)


@pytest.mark.parametrize("name", RESERVED.split())
def test_reserved_variables_are_refused_docs(name: str) -> None:
    """The text is not known for certain; the name is in it here."""
    with pytest.raises(AwsError) as failure:
        new_config(BASE | {"Environment": {"Variables": {name: "x"}}}, anywhere)
    assert failure.value.code == "InvalidParameterValueException"
    assert name in str(failure.value.message)


def test_zip_over_50_mb_recorded() -> None:
    with pytest.raises(AwsError) as failure:
        read_code({"ZipFile": bytes(52_428_801)}, CodeArea(), True, "id")
    assert failure.value.code == "RequestEntityTooLargeException"
    assert failure.value.message == "Zipped size must be smaller than 52428800 bytes"


def test_code_over_250_mb_recorded() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("index.py", "")
    packed = bytearray(data.getvalue())
    size = packed.index(b"PK\x01\x02") + 24  # of the unpacked file, in the zip's directory
    packed[size : size + 4] = (262_144_001).to_bytes(4, "little")
    with pytest.raises(AwsError) as failure:
        read_code({"ZipFile": bytes(packed)}, CodeArea(), True, "id")
    assert failure.value.code == "InvalidParameterValueException"
    assert failure.value.message == "Unzipped size must be smaller than 262144000 bytes"


def test_dead_letters_to_a_service_that_is_not_there_are_refused_by_name() -> None:
    topic = {"DeadLetterConfig": {"TargetArn": "arn:aws:sns:us-east-1:123456789012:t"}}
    with pytest.raises(AwsError, match="A dead-letter target of service sns is not emulated: use an SQS queue"):
        new_config(BASE | topic, lambda service: service == "sqs")
    assert new_config(BASE | topic, anywhere)["DeadLetterConfig"] == topic["DeadLetterConfig"]


@pytest.mark.parametrize("body", [b"NaN", b'{"a":Infinity}', b"[-Infinity]"])
def test_javascript_s_constants_are_no_payload(body: bytes) -> None:
    with pytest.raises(AwsError) as refused:
        read_payload(body)
    assert refused.value.code == "InvalidRequestContentException"


def test_a_result_that_is_no_json_stands_in_records_as_text() -> None:
    assert records.json_text(b'{"a": NaN}') == '"{\\"a\\": NaN}"'


def test_what_no_attribute_may_hold_is_replaced() -> None:
    assert records.error_message(b'{"errorMessage":"\\u001b[31mred\\u0000"}') == "\ufffd[31mred\ufffd"
