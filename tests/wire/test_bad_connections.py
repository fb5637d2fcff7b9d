"""Clients that break the protocols, dawdle or vanish: afterwards a client who behaves is served as before."""

import gc
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from botocore.config import Config
from websockets.sync.client import connect

import emulator.server
from tests.wire.raw_sockets import BINARY, CLOSE, PING, TEXT, RawSocket, frame
from tests.wire.socket_world import (
    API,
    RESULT,
    assert_healthy,
    assert_serves,
    eventually,
    is_error_frame,
    socket_tasks,
    task_frame,
)

pytestmark = [pytest.mark.aws_stack(socket_tasks()), pytest.mark.usefixtures("healthy_afterwards")]


# Handshakes


@pytest.mark.parametrize("path", ["/_aws/execute-api/nobody/dev", "/_aws/execute-api/API/prod", "/no/stage", "/"])
def test_handshakes_for_unknown_apis_and_stages(path, aws_stack, raw):
    path = path.replace("API", aws_stack.attributes[API]["Id"])
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


@pytest.mark.parametrize(("length", "code"), [(2**40, 1009), (2**63 - 1, 1009)])
def test_frames_that_announce_too_much(length, code, websocket):
    websocket.send(b"\x81\xff" + length.to_bytes(8, "big") + b"mask")
    assert websocket.read_close() == code


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
        pytest.param(frame(b"x", masked=False), id="unmasked"),
        pytest.param(frame(b"x", opcode=3), id="unknown opcode"),
        pytest.param(frame(b"x", reserved=4), id="reserved bit"),
        pytest.param(frame(b"x", opcode=0), id="continuation of nothing"),
        pytest.param(frame(b"x" * 126, opcode=PING), id="long ping"),
        pytest.param(frame(b"x", opcode=PING, fin=False), id="fragmented ping"),
        pytest.param(frame(b"x", opcode=CLOSE), id="half a close code"),
        pytest.param(frame(b"\x03\xec", opcode=CLOSE), id="close code 1004"),
        pytest.param(frame(b"x", fin=False) + frame(b"y"), id="text within text"),
    ],
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

    def post_on_and_on():
        for _ in range(500):
            client.post_to_connection(ConnectionId=connection, Data=b"x" * 131_072)

    with pytest.raises(client.exceptions.LimitExceededException) as caught:
        post_on_and_on()
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


def test_a_long_poll_whose_client_goes(aws_clock, aws_client, aws_journal, raw):
    body = b'{"QueueUrl":"idle","WaitTimeSeconds":20}'
    head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n"
    with aws_clock.hold():
        raw.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        eventually(lambda: aws_journal.hops("api", "sqs:ReceiveMessage"))
        raw.close()
        (poll,) = aws_journal.wait_for("api", "sqs:ReceiveMessage")
        assert poll.outcome != "ok"
        queue = aws_client("sqs")
        queue.send_message(QueueUrl="idle", MessageBody="not lost")
        (message,) = queue.receive_message(QueueUrl="idle")["Messages"]
        assert message["Body"] == "not lost"


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
    [
        pytest.param(b"\x16", id="a byte"),
        pytest.param(b"\x16\x03\x01\xff\xff", id="a long record"),
        pytest.param(b"\x16\x03\x01\x00\x05hello", id="no handshake"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + b"\x00" * 500, id="a hollow ClientHello"),
    ],
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
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    queues = boto3.client("sqs", endpoint_url=f"https://localhost:{port}", verify=str(CERTIFICATE), **credentials)
    assert queues.get_queue_url(QueueName="notify")["QueueUrl"].startswith(f"https://localhost:{port}/")


def test_an_untrusting_tls_client(aws_stack, caplog):
    port = urlsplit(aws_stack.url).port
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"https://localhost:{port}/_emulator/health")
    gc.collect()
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


def test_a_body_that_never_ends_does_not_hold_time(aws_stack, aws_clock, raw):
    raw.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    eventually(lambda: aws_clock.status()["busy"] == [])
    before = aws_clock.now
    aws_clock.run_until_idle()
    assert aws_clock.now >= before
    assert_healthy(aws_stack)
