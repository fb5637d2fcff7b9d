"""Errors as AWS writes them, and as botocore reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from wire_oracle import REQUEST_ID, client, exchange, form, target_request

from emulator.core.errors import AwsError
from emulator.wire import WireResponse, error_answer, parse


def _failed(service: str, operation: str, params: dict[str, Any], error: AwsError) -> ClientError:
    with pytest.raises(ClientError) as caught:
        exchange(service, operation, params, error)
    return caught.value


def _json_answer(target: str, error: AwsError) -> WireResponse:
    return error_answer(parse(target_request(target, b"{}")), error, REQUEST_ID)


def test_sqs_names_the_shape_and_the_former_query_code() -> None:
    error = AwsError("QueueDoesNotExist", "The specified queue does not exist.")
    failed = _failed("sqs", "purge_queue", {"QueueUrl": "u"}, error)
    assert isinstance(failed, client("sqs").exceptions.QueueDoesNotExist)
    assert failed.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert failed.response["Error"]["QueryErrorCode"] == "QueueDoesNotExist"
    assert failed.response["Error"]["Message"] == "The specified queue does not exist."
    assert failed.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert failed.response["ResponseMetadata"]["RequestId"] == REQUEST_ID

    answer = _json_answer("AmazonSQS.PurgeQueue", error)
    assert json.loads(answer.body) == {
        "__type": "com.amazonaws.sqs#QueueDoesNotExist",
        "message": "The specified queue does not exist.",
    }
    assert dict(answer.headers)["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"


@pytest.mark.parametrize(
    ("shape", "code", "status"),
    [
        ("QueueNameExists", "QueueAlreadyExists", 400),
        ("QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently", 400),
        ("PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", 403),
        ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", 400),
        ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", 400),
        ("InvalidParameterValueException", "InvalidParameterValue", 400),
        ("MissingRequiredParameterException", "MissingParameter", 400),
        ("InvalidAttributeName", "InvalidAttributeName", 400),
        ("OverLimit", "OverLimit", 403),
        ("ResourceNotFoundException", "ResourceNotFoundException", 404),
    ],
)
def test_every_sqs_error_has_its_code_and_status(shape: str, code: str, status: int) -> None:
    for name in (shape, code):  # the service may raise either
        failed = _failed("sqs", "purge_queue", {"QueueUrl": "u"}, AwsError(name, "m"))
        assert failed.response["Error"]["Code"] == code
        assert failed.response["Error"]["QueryErrorCode"] == shape
        assert failed.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_sqs_over_query_answers_xml_with_the_query_text() -> None:
    call = parse(form(Action="PurgeQueue", Version="2012-11-05", QueueUrl="u"))
    answer = error_answer(call, AwsError("QueueDoesNotExist", "The specified queue does not exist."), REQUEST_ID)
    assert answer.status == 400
    assert dict(answer.headers)["Content-Type"] == "text/xml"
    assert answer.body.decode().removeprefix('<?xml version="1.0"?>') == (
        '<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>'
        "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
        "<Message>The specified queue does not exist for this wsdl version.</Message><Detail/></Error>"
        f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )


def test_eventbridge_answers_400_with_the_plain_code() -> None:
    answer = _json_answer("AWSEvents.DescribeRule", AwsError("ResourceNotFoundException", "Rule r does not exist."))
    assert answer.status == 400
    assert json.loads(answer.body) == {"__type": "ResourceNotFoundException", "message": "Rule r does not exist."}
    assert "x-amzn-query-error" not in dict(answer.headers)


def test_eventbridges_internal_exception_is_500() -> None:
    assert _json_answer("AWSEvents.DescribeRule", AwsError("InternalException", "m")).status == 500


def test_an_error_without_shape_is_400_and_an_unexpected_one_500() -> None:
    assert _json_answer("AWSEvents.PutRule", AwsError("ValidationException", "m")).status == 400
    assert _json_answer("AWSEvents.PutRule", AwsError("InternalFailure", "m")).status == 500
    assert _json_answer("AWSEvents.PutRule", AwsError("NotImplemented", "m")).status == 501


def test_further_members_are_in_the_body() -> None:
    error = AwsError("ValidationException", "m", reason="API_DOES_NOT_SUPPORT_LABELED_ARNS")
    answer = _json_answer("AWSStepFunctions.StartExecution", error)
    assert json.loads(answer.body) == {
        "__type": "ValidationException",
        "message": "m",
        "reason": "API_DOES_NOT_SUPPORT_LABELED_ARNS",
    }


@pytest.mark.parametrize(
    ("code", "status", "body"),
    [
        ("ResourceNotFoundException", 404, {"Type": "User", "Message": "m"}),
        ("RecursiveInvocationException", 400, {"Type": "User", "Message": "m"}),
        ("ResourceInUseException", 400, {"Type": "User", "Message": "m"}),
        ("CodeSigningConfigNotFoundException", 404, {"Type": "User", "Message": "m"}),
        ("EC2AccessDeniedException", 502, {"Type": "User", "Message": "m"}),
        ("ENILimitReachedException", 502, {"Type": "User", "Message": "m"}),
        ("KMSAccessDeniedException", 502, {"Type": "User", "Message": "m"}),
        ("InvalidZipFileException", 502, {"Type": "User", "Message": "m"}),
        ("InvalidRuntimeException", 502, {"Type": "User", "Message": "m"}),
        ("InvalidParameterValueException", 400, {"Type": "User", "message": "m"}),
        ("InvalidRequestContentException", 400, {"Type": "User", "message": "m"}),
        ("ResourceConflictException", 409, {"Type": "User", "message": "m"}),
        ("PreconditionFailedException", 412, {"Type": "User", "message": "m"}),
        ("RequestTooLargeException", 413, {"Type": "User", "message": "m"}),
        ("TooManyRequestsException", 429, {"Type": "User", "message": "m"}),
        ("UnsupportedMediaTypeException", 415, {"Type": "User", "message": "m"}),
        ("ProvisionedConcurrencyConfigNotFoundException", 404, {"Type": "User", "message": "m"}),
        ("CodeStorageExceededException", 400, {"Type": "User", "message": "m"}),
        ("PolicyLengthExceededException", 400, {"Type": "User", "message": "m"}),
        ("ResourceNotReadyException", 502, {"Type": "User", "message": "m"}),
        ("ValidationException", 400, {"message": "m"}),
        ("RequestEntityTooLargeException", 413, {"message": "m"}),
    ],
)
def test_lambda_spells_the_message_as_the_shape_does(code: str, status: int, body: dict[str, str]) -> None:
    """Recorded from AWS and botocore's model, byte for byte."""
    call = exchange("lambda", "get_function", {"FunctionName": "f"}, {}).call
    answer = error_answer(call, AwsError(code, "m"), REQUEST_ID)
    assert (answer.status, answer.body.decode()) == (status, json.dumps(body, separators=(",", ":")))
    assert dict(answer.headers)["x-amzn-ErrorType"] == code


def test_lambdas_error_without_type() -> None:
    call = exchange("lambda", "get_function", {"FunctionName": "f"}, {}).call
    answer = error_answer(call, AwsError("InvalidParameterValueException", "m", Type=None), REQUEST_ID)
    assert answer.body == b'{"message":"m"}'


def test_lambdas_throttle_body_and_header() -> None:
    error = AwsError(
        "TooManyRequestsException",
        "Rate Exceeded.",
        Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        retryAfterSeconds=3,
    )
    call = exchange("lambda", "get_function", {"FunctionName": "f"}, {}).call
    answer = error_answer(call, error, REQUEST_ID)
    assert answer.body == (
        b'{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}'
    )
    assert dict(answer.headers)["Retry-After"] == "3"


def test_lambdas_access_denied_has_a_null_message() -> None:
    call = exchange("lambda", "get_function", {"FunctionName": "f"}, {}).call
    answer = error_answer(call, AwsError("AccessDeniedException", None), REQUEST_ID)
    assert (answer.status, json.loads(answer.body)) == (403, {"Message": None})


def test_apigatewayv2_writes_members_in_camel_case() -> None:
    failed = _failed("apigatewayv2", "get_api", {"ApiId": "a"}, AwsError("NotFoundException", "m", ResourceType="Api"))
    assert failed.response["ResourceType"] == "Api"
    assert failed.response["Error"] == {"Code": "NotFoundException", "Message": "m"}
    assert failed.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_closed_connection_is_410_with_an_empty_body() -> None:
    call = exchange("apigatewaymanagementapi", "delete_connection", {"ConnectionId": "M0en2eVpSwMCFmw="}, {}).call
    answer = error_answer(call, AwsError("GoneException"), REQUEST_ID)
    assert (answer.status, answer.body) == (410, b"")
    assert dict(answer.headers)["x-amzn-ErrorType"] == "GoneException"
    bad = error_answer(call, AwsError("BadRequestException", "Invalid connectionId: abc"), REQUEST_ID)
    assert (bad.status, json.loads(bad.body)) == (400, {"message": "Invalid connectionId: abc"})
    forbidden = error_answer(call, AwsError("ForbiddenException", "Forbidden"), REQUEST_ID)
    assert forbidden.status == 403
    denied = error_answer(call, AwsError("AccessDeniedException", "User: a"), REQUEST_ID)
    assert (denied.status, json.loads(denied.body)) == (403, {"Message": "User: a"})


def test_botocore_knows_a_closed_connection() -> None:
    failed = _failed(
        "apigatewaymanagementapi", "get_connection", {"ConnectionId": "M0en2eVpSwMCFmw="}, AwsError("GoneException")
    )
    assert isinstance(failed, client("apigatewaymanagementapi").exceptions.GoneException)


@pytest.mark.parametrize(
    ("code", "wire_code", "status"),
    [
        ("NotFoundException", "NotFound", 404),
        ("NotFound", "NotFound", 404),
        ("InvalidParameterException", "InvalidParameter", 400),
        ("AuthorizationErrorException", "AuthorizationError", 403),
        ("ValidationError", "ValidationError", 400),
    ],
)
def test_query_errors_carry_the_models_code(code: str, wire_code: str, status: int) -> None:
    failed = _failed("sns", "publish", {"TopicArn": "t", "Message": "m"}, AwsError(code, "a & b < c"))
    assert failed.response["Error"]["Code"] == wire_code
    assert failed.response["Error"]["Message"] == "a & b < c"
    assert failed.response["Error"]["Type"] == "Sender"
    assert failed.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert failed.response["ResponseMetadata"]["RequestId"] == REQUEST_ID


def test_a_header_is_never_broken_by_a_value() -> None:
    call = exchange("lambda", "get_function", {"FunctionName": "f"}, {}).call
    answer = error_answer(call, AwsError("TooManyRequestsException", "m", retryAfterSeconds="1\r\nx: y"), REQUEST_ID)
    assert all("\n" not in value and "\r" not in value for _, value in answer.headers)
