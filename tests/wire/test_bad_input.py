"""Bad requests of every kind get their answer, and harm nobody else: after each test a client who behaves is served."""

import json

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.wire.socket_world import API, socket_tasks

pytestmark = [pytest.mark.aws_stack(socket_tasks()), pytest.mark.usefixtures("healthy_afterwards")]


def code_of(call, **parameters):
    """The error that an SDK call ends with: code and message."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


# Requests that SDKs do not send

TARGETS = {"AWSEvents.PutEvents": "1.1", "AmazonSQS.SendMessage": "1.0", "AmazonSQS.CreateQueue": "1.0"}
BODIES = [
    *(b"{", b"[]", b"null", b'"text"', b"1", b"\xff\xfe\x00", b'{"Entries":"x","QueueUrl":{}}', b"[" * 100_000),
    *(b'{"Entries":[1],"QueueUrl":[],"QueueName":1}', b'{"Entries":{"a":1},"QueueUrl":true,"QueueName":false}'),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:30].decode("latin-1"))
@pytest.mark.parametrize("target", TARGETS)
def test_bodies_that_are_no_request(target, body, aws_stack):
    headers = {"Content-Type": f"application/x-amz-json-{TARGETS[target]}", "X-Amz-Target": target}
    answer = httpx.post(aws_stack.url, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["__type"]
    assert answer.headers["x-amzn-requestid"]


def test_an_event_for_a_function_that_is_not_json(aws_client):
    code, message = code_of(aws_client("lambda").invoke, FunctionName="task-type", Payload=b"value")
    assert code == "InvalidRequestContentException"
    assert message.startswith("Could not parse request body into json: Could not parse payload into json: ")


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "named"),
    [
        ("events", "list_archives", {}, ["events", "ListArchives"]),
        ("rekognition", "list_collections", {}, ["rekognition", "ListCollections"]),
        ("ec2", "describe_instances", {}, ["ec2", "DescribeInstances"]),
    ],
)
def test_what_is_not_implemented_is_refused_by_name(service, operation, parameters, named, aws_client):
    code, message = code_of(getattr(aws_client(service), operation), **parameters)
    assert code == "NotImplemented"
    assert all(word in message for word in named)


@pytest.mark.parametrize("target", ["AWSEvents.Nonsense", "Nonsense.PutEvents", "", ".", "AmazonSQS"])
def test_unknown_targets(target, aws_stack):
    answer = httpx.post(aws_stack.url, content=b"{}", headers={"X-Amz-Target": target})
    assert 400 <= answer.status_code < 500
    assert "UnknownOperationException" in answer.text or "UnknownOperationException" in str(answer.headers)
    assert target in answer.text


@pytest.mark.parametrize(
    "header",
    [
        *("", "Bearer token", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=////"),
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=, Signature=",
        "AWS4-HMAC-SHA256 Credential=%00/20250101/../../etc/aws4_request",
        "AWS4-HMAC-SHA256 Credential=" + "x" * 5000 + "/20250101/us-east-1/sqs/aws4_request",
        *("Credential=test/20250101/us-east-1/sqs/aws4_request", "Basic " + "=" * 100),
    ],
    ids=lambda header: header[:45],
)
def test_malformed_signatures_do_not_matter(header, aws_stack):
    headers = {"X-Amz-Target": "AmazonSQS.ListQueues", "Content-Type": "application/x-amz-json-1.0"}
    answer = httpx.post(aws_stack.url, content=b"{}", headers={**headers, "Authorization": header})
    assert answer.status_code == 200


# Too much


def test_events_of_more_than_a_mebibyte(aws_client):
    entry = {"Source": "s", "DetailType": "task-type", "Detail": json.dumps({"x": "y" * 1_048_576})}
    code, message = code_of(aws_client("events").put_events, Entries=[entry])
    assert (code, message) == ("ValidationException", "Total size of the entries in the request is over the limit.")


def test_messages_of_more_than_a_mebibyte(aws_client):
    code, message = code_of(aws_client("sqs").send_message, QueueUrl="notify", MessageBody="x" * 1_048_577)
    assert code == "InvalidParameterValue"
    assert message == "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."


def test_payloads_of_more_than_six_mebibytes(aws_client):
    payload = b'"' + b"x" * 6_291_455 + b'"'
    code, message = code_of(aws_client("lambda").invoke, FunctionName="task-type", Payload=payload)
    assert code == "RequestEntityTooLargeException"
    assert message == "Request must be smaller than 6291456 bytes for the InvokeFunction operation"


def test_posts_of_more_than_128_kib(aws_stack, aws_client, aws_journal):
    client = aws_stack.connect()
    connection = aws_journal.hops("connect")[0].detail["connection"]
    management = aws_client("apigatewaymanagementapi")
    with pytest.raises(management.exceptions.PayloadTooLargeException) as caught:
        management.post_to_connection(ConnectionId=connection, Data=b"x" * 131_073)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    management.post_to_connection(ConnectionId=connection, Data=b"x" * 131_072)
    assert client.receive() == "x" * 131_072


def test_bodies_larger_than_any_operation_takes(aws_stack):
    pieces = (b"x" * 4_194_304 for _ in range(17))
    answer = httpx.post(aws_stack.url, content=pieces, headers={"X-Amz-Target": "AWSEvents.PutEvents"})
    assert answer.status_code == 413


def test_functions_larger_than_lambda_takes(aws_stack):
    """The text is recorded from AWS."""
    pieces = (b"x" * 4_194_304 for _ in range(17))
    answer = httpx.post(f"{aws_stack.url}/2015-03-31/functions", content=pieces)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException")
    assert "Request must be smaller than 70167211 bytes for the CreateFunction operation" in answer.text


# Unknown names


def test_unknown_connections(aws_client, aws_stack):
    api = aws_stack.attributes[API]["Id"]
    endpoint = f"{aws_stack.url}/_aws/execute-api/{api}/dev"
    for url in (aws_stack.url, f"{aws_stack.url}/dev", endpoint):
        client = aws_client("apigatewaymanagementapi", endpoint_url=url)
        for call in (client.get_connection, client.delete_connection, client.post_to_connection):
            data = {"Data": b"x"} if call == client.post_to_connection else {}
            with pytest.raises(client.exceptions.GoneException) as gone:
                call(ConnectionId="M0en2eVpSwMCFmw=", **data)
            assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410
            code, message = code_of(call, ConnectionId="abc", **data)
            assert (code, message) == ("BadRequestException", "Invalid connectionId: abc")


def test_unknown_functions_queues_and_apis(aws_client):
    code, message = code_of(aws_client("lambda").invoke, FunctionName="nobody")
    arn = "arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST"
    assert (code, message) == ("ResourceNotFoundException", f"Function not found: {arn}")
    code, message = code_of(aws_client("sqs").send_message, QueueUrl="nobody", MessageBody="x")
    assert (code, message) == ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    code, message = code_of(aws_client("apigatewayv2").get_api, ApiId="nobody")
    assert (code, message) == ("NotFoundException", "Invalid API identifier specified nobody")
