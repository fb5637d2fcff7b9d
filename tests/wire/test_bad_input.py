"""Bad input of every kind gets its answer, and harms nobody else: after each test a client who behaves is served."""

import json
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from websockets.sync.client import connect

import emulator.server
from tests.wire.raw_sockets import BINARY, CLOSE, PING, TEXT, RawSocket, frame
from tests.wire.socket_world import API, RESULT, assert_healthy, assert_serves, is_error_frame, socket_tasks, task_frame

pytestmark = pytest.mark.aws_stack(socket_tasks())


@pytest.fixture(autouse=True)
def _healthy_afterwards(aws_stack, aws_clock, aws_journal):
    yield
    assert_healthy(aws_stack)
    aws_clock.settle()
    assert not aws_journal.hops("fault")


@pytest.fixture
def raw(aws_stack):
    with RawSocket(aws_stack.url) as opened:
        yield opened


@pytest.fixture
def websocket(aws_stack, raw):
    """A WebSocket without a library behind it."""
    assert b" 101 " in raw.upgrade(urlsplit(aws_stack.websocket_url()).path)
    return raw


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
        ("dynamodb", "list_tables", {}, ["dynamodb", "ListTables"]),
        ("s3", "list_buckets", {}, ["s3", "ListBuckets"]),
        ("ec2", "describe_instances", {}, ["ec2", "DescribeInstances"]),
        ("lambda", "list_layers", {}, ["lambda", "ListLayers"]),
        ("sts", "get_session_token", {}, ["sts", "GetSessionToken"]),
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
    piece = b"x" * 4_194_304
    with httpx.Client() as client:
        answer = client.post(aws_stack.url, content=(piece for _ in range(17)), headers={"X-Amz-Target": "AWSEvents.PutEvents"})
    assert answer.status_code == 413


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


@pytest.mark.parametrize("path", ["/_aws/execute-api/nobody/dev", "/_aws/execute-api/{api}/prod", "/no/such/stage", "/"])
def test_handshakes_for_unknown_apis_and_stages(path, aws_stack, raw):
    path = path.replace("{api}", aws_stack.attributes[API]["Id"])
    assert raw.upgrade(path).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_WebSocket_Key": ""},
        {"Sec_WebSocket_Key": "short"},
        {"Sec_WebSocket_Version": "12"},
        {"Sec_WebSocket_Version": ""},
        {"Connection": "keep-alive"},
    ],
    ids=str,
)
def test_handshakes_that_are_none(headers, aws_stack, raw):
    answer = raw.upgrade(urlsplit(aws_stack.websocket_url()).path, **headers)
    assert answer.startswith(b"HTTP/1.1 4")


# Frames


@pytest.mark.parametrize(
    "text",
    [
        *("{", "", "\x00", '{"action":null}', '{"action":["task-submit"]}', '{"action":{}}', '{"action":"\\ud800"}'),
        *('{"action":"$connect"}', '{"action":"$disconnect"}', "[" * 20_000, '{"action":' * 3_000, "9" * 10_000),
    ],
    ids=lambda text: text[:20],
)
def test_messages_without_a_route(text, aws_stack):
    client = aws_stack.connect()
    client.send(text)
    assert is_error_frame(client.receive(), "Forbidden")
    assert_serves(client)


def test_binary_frames(websocket):
    websocket.send(frame(b"\x00\x01", BINARY))
    assert websocket.read_close() == 1003


def test_text_that_is_not_utf8(websocket):
    websocket.send(frame(b"\xff\xfe"))
    assert websocket.read_close() == 1007


def test_frames_of_more_than_32_kib(websocket, aws_journal):
    websocket.send(frame(b"x" * 32_769))
    assert websocket.read_close() == 1009
    assert not aws_journal.hops("frame-in")


def test_frames_of_32_kib_are_taken(websocket):
    websocket.send(frame(b"x" * 32_768))
    opcode, payload = websocket.read_frame()
    assert opcode == TEXT
    assert is_error_frame(payload.decode(), "Forbidden")


@pytest.mark.parametrize(("last", "closed"), [(32_768, False), (32_769, True)])
def test_messages_of_128_kib_and_more(last, closed, websocket):
    sizes = [32_768, 32_768, 32_768, last - 1, 1]
    for number, size in enumerate(sizes):
        websocket.send(frame(b"x" * size, TEXT if number == 0 else 0, fin=number == len(sizes) - 1))
    if closed:
        assert websocket.read_close() == 1009
    else:
        assert websocket.read_frame()[0] == TEXT


@pytest.mark.parametrize(
    "data",
    [
        frame(b"x", masked=False),
        frame(b"x", opcode=3),
        frame(b"x", reserved=4),
        frame(b"x", opcode=0),
        frame(b"x" * 126, opcode=PING),
        frame(b"x", opcode=PING, fin=False),
        frame(b"x", opcode=CLOSE),
        frame(b"\x03\xec", opcode=CLOSE),
        frame(b"x", fin=False) + frame(b"y"),
    ],
    ids=["unmasked", "opcode", "reserved", "continuation", "long ping", "cut ping", "cut close", "close 1004", "text in text"],
)
def test_broken_framing(data, websocket):
    websocket.send(data)
    assert websocket.read_close() == 1002  # RFC 6455 §7.4.1: protocol error


# Clients that are slow, silent or gone


def test_a_frame_byte_by_byte(aws_stack, websocket):
    data = frame(task_frame().encode())
    websocket.dribble(data[:40])
    assert_healthy(aws_stack)
    websocket.dribble(data[40:])
    assert websocket.read_frame() == (TEXT, RESULT.encode())


def test_a_request_byte_by_byte(aws_stack, raw):
    body = b'{"QueueName":"slow"}'
    head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.CreateQueue\r\nContent-Length: {len(body)}\r\n\r\n"
    data = head.encode() + body
    raw.dribble(data[:60])
    assert_healthy(aws_stack)
    raw.dribble(data[60:-5])
    assert_healthy(aws_stack)
    raw.dribble(data[-5:])
    assert b" 200 OK" in raw.read_head()


def test_a_client_that_does_not_read(websocket, aws_client, aws_journal):
    connection = aws_journal.hops("connect")[0].detail["connection"]
    client = aws_client("apigatewaymanagementapi", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(client.exceptions.LimitExceededException) as caught:
        for _ in range(500):
            client.post_to_connection(ConnectionId=connection, Data=b"x" * 131_072)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_a_socket_that_is_closed_on_one_side(websocket, aws_journal):
    websocket.end()
    (gone,) = aws_journal.wait_for("disconnect")
    assert gone.outcome == "1006"


def test_a_client_that_goes_before_its_result(aws_stack, websocket, aws_journal):
    websocket.send(frame(task_frame().encode()))
    websocket.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # reset
    websocket.close()
    (gone,) = aws_journal.wait_for("disconnect")
    assert gone.outcome == "1006"


def test_a_request_whose_client_goes(aws_stack, raw):
    raw.send(b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.CreateQueue\r\nContent-Length: 100\r\n\r\n{")
    raw.end()
    raw.read_all()


def test_a_thousand_connections_that_never_speak(aws_stack):
    address = urlsplit(aws_stack.url)
    with ExitStack() as opened:
        for _ in range(1000):
            opened.enter_context(socket.create_connection((address.hostname, address.port)))
        assert_healthy(aws_stack)


def test_websockets_that_never_speak(aws_stack):
    path = urlsplit(aws_stack.websocket_url()).path
    with ExitStack() as opened:
        for _ in range(200):
            client = opened.enter_context(RawSocket(aws_stack.url))
            assert b" 101 " in client.upgrade(path)
        assert_healthy(aws_stack)


# Broken HTTP


@pytest.mark.parametrize(
    "data",
    [
        b"GARBAGE\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_broken_http(data, raw):
    raw.send(data)
    raw.end()
    assert raw.read_all()[:13] in (b"", b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "head",
    [b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 1_000_000 + b"\r\n"],
    ids=["url", "header"],
)
def test_endless_heads(head, raw):
    raw.send(head + b"Host: x\r\n\r\n")
    raw.end()
    answer = raw.read_all()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "HEAD", "TRACE", "PROPFIND"])
def test_other_methods(method, aws_stack):
    assert 400 <= httpx.request(method, aws_stack.url).status_code < 500


# TLS

CERTIFICATE = Path(emulator.server.__file__).parent / "tls" / "cert.pem"


@pytest.mark.parametrize(
    "data",
    [b"\x16", b"\x16\x03\x01\xff\xff", b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + b"\x00" * 500],
    ids=["a byte", "a long record", "no handshake", "a hollow ClientHello"],
)
def test_tls_garbage(data, raw):
    raw.send(data)
    raw.end()
    assert b"HTTP" not in raw.read_all()


def test_a_tls_handshake_that_stops_half_way(aws_stack, raw):
    raw.send(b"\x16\x03\x01\x02\x00\x01")
    assert_healthy(aws_stack)


def test_the_same_port_speaks_tls(aws_stack):
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    port = urlsplit(aws_stack.url).port
    assert httpx.get(f"https://localhost:{port}/_emulator/health", verify=trust).json()["status"] == "running"
    path = urlsplit(aws_stack.websocket_url()).path
    with connect(f"wss://localhost:{port}{path}", ssl=trust, compression=None) as client:
        client.send(task_frame())
        assert client.recv(10) == RESULT


def test_an_untrusting_tls_client(aws_stack):
    port = urlsplit(aws_stack.url).port
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://localhost:{port}/_emulator/health")
