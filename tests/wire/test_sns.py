"""SNS with boto3 and a receiver as a customer would write one: it verifies signatures and follows links."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
# SHA hash and the beginning of DigestInfo (RFC 8017) by SignatureVersion
DIGESTS = {
    "1": (hashlib.sha1, "3021300906052b0e03021a05000414"),
    "2": (hashlib.sha256, "3031300d060960864801650304020105000420"),
}
ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")  # rsaEncryption: the public key follows


def public_key(pem: str) -> tuple[int, int]:
    """Modulus and exponent out of a certificate with a 2048-bit RSA key."""
    der = ssl.PEM_cert_to_DER_cert(pem)
    at = der.index(ENCRYPTION) + len(ENCRYPTION)
    key = der[at : at + 5 + 4 + 4 + 257 + 5]  # BIT STRING, SEQUENCE, INTEGER of 257 bytes, INTEGER of 3
    return int.from_bytes(key[13:270], "big"), int.from_bytes(key[272:275], "big")


def verified(message: dict[str, str]) -> bool:
    """As AWS docs, "Verifying the signatures of Amazon SNS messages"."""
    names = NOTIFICATION if message["Type"] == "Notification" else CONFIRMATION
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    modulus, exponent = public_key(httpx.get(message["SigningCertURL"], trust_env=False).text)
    digest, prefix = DIGESTS[message["SignatureVersion"]]
    expected = bytes.fromhex(prefix) + digest(text.encode()).digest()
    signature = int.from_bytes(base64.b64decode(message["Signature"]), "big")
    padded = pow(signature, exponent, modulus).to_bytes(256, "big")
    return padded == b"\x00\x01" + b"\xff" * (253 - len(expected)) + b"\x00" + expected


class Receiver:
    """Confirms what it is asked, keeps verified notifications; answers with ``statuses`` first."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[dict[str, str]] = []
        self.tries = 0
        self.refused = 0
        self.goodbyes = 0
        self.url = ""

    def take(self, headers: Any, body: str) -> int:
        message = json.loads(body)
        if not verified(message):
            self.refused += 1
            return 403
        if headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
            return httpx.get(message["SubscribeURL"], trust_env=False).status_code
        if message["Type"] == "UnsubscribeConfirmation":
            self.goodbyes += 1
            return 200
        self.tries += 1
        if self.statuses:
            return self.statuses.pop(0)
        self.got.append(message)
        return 200


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self.send_response(made.take(self.headers, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def code_of(call: Any, **params: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.aws_stack(clock="manual")
@pytest.mark.parametrize("version", ["1", "2"])
def test_a_webhook(aws_stack, aws_client, aws_clock, version):
    """Verifies, fails twice, then accepts."""
    sns = aws_client("sns")
    topic = sns.create_topic(Name="reports", Attributes={"SignatureVersion": version})["TopicArn"]
    with receiver() as hook:
        answer = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=hook.url)
        assert answer["SubscriptionArn"] == "pending confirmation"
        aws_clock.settle()
        (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert listed["SubscriptionArn"].startswith(f"{topic}:")

        hook.statuses = [500, 503]
        text = '{"id":"123","completed":true,"pdfUri":"https://example.com/é.pdf"}'
        message_id = sns.publish(TopicArn=topic, Message=text, Subject="ready")["MessageId"]
        aws_clock.settle()
        assert (hook.tries, hook.got) == (1, [])
        aws_clock.advance(39)
        assert (hook.tries, hook.got) == (2, [])
        aws_clock.advance(1)
        (message,) = hook.got
        assert (message["MessageId"], message["Message"], message["Subject"]) == (message_id, text, "ready")
        aws_clock.advance(1000)
        assert (hook.tries, hook.refused) == (3, 0)

        assert httpx.get(message["UnsubscribeURL"], trust_env=False).status_code == 200
        sns.publish(TopicArn=topic, Message="nobody hears")
        aws_clock.settle()
        assert (hook.tries, hook.goodbyes) == (3, 1)


def test_retries_pass_by_themselves(aws_stack, aws_client, aws_clock):
    sns, sqs = aws_client("sns"), aws_client("sqs")
    topic = sns.create_topic(Name="reports")["TopicArn"]
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    dead = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    with receiver() as hook:
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead})}
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=hook.url, Attributes=redrive)
        aws_clock.settle()
        hook.statuses = [500] * 4
        sns.publish(TopicArn=topic, Message="lost?")
        found: list[dict[str, Any]] = []
        while not found:  # the last try is a minute away; each poll ends after at most 20 s
            found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
        assert json.loads(found[0]["Body"])["Message"] == "lost?"
        assert hook.tries == 4


def test_fan_out(aws_stack, aws_client):
    sns, sqs = aws_client("sns"), aws_client("sqs")
    topic = sns.create_topic(Name="fan", Tags=[{"Key": "k", "Value": "v"}])["TopicArn"]
    urls = []
    for name, attributes in (
        ("plain", {}),
        ("raw", {"RawMessageDelivery": "true"}),
        ("picky", {"FilterPolicy": '{"colour":["red"]}'}),
    ):
        urls.append(sqs.create_queue(QueueName=name)["QueueUrl"])
        arn = f"arn:aws:sqs:us-east-1:000000000000:{name}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    attributes = {
        "colour": {"DataType": "String", "StringValue": "blue"},
        "data": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    answer = sns.publish_batch(
        TopicArn=topic,
        PublishBatchRequestEntries=[
            {"Id": "1", "Message": "one", "MessageAttributes": attributes},
            {"Id": "2", "Message": "two", "Subject": "s"},
        ],
    )
    assert [entry["Id"] for entry in answer["Successful"]] == ["1", "2"]
    assert answer["Failed"] == []

    def take(url: str) -> list[dict[str, Any]]:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    plain, raw, picky = (take(url) for url in urls)
    documents = [json.loads(message["Body"]) for message in plain]
    assert [document["Message"] for document in documents] == ["one", "two"]
    assert documents[0]["MessageAttributes"]["data"] == {"Type": "Binary", "Value": "AP8="}
    assert all(verified(document) for document in documents)
    assert (raw[0]["Body"], raw[0]["MessageAttributes"]) == ("one", attributes)
    assert picky == []


def test_answers_and_errors(aws_stack, aws_client):
    sns = aws_client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == []
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsConfirmed"] == "0"
    assert [entry["TopicArn"] for entry in sns.list_topics()["Topics"]] == [topic]
    missing = f"{topic}x"
    assert code_of(sns.publish, TopicArn=missing, Message="m") == ("NotFound", "Topic does not exist", 404)
    assert code_of(sns.publish, TopicArn=topic, Message="") == (
        "InvalidParameter",
        "Invalid parameter: Empty message",
        400,
    )
    attributes = {"a": {"DataType": "Strange", "StringValue": "x"}}
    found = code_of(sns.publish, TopicArn=topic, Message="m", MessageAttributes=attributes)
    assert (found[0], found[2]) == ("ParameterValueInvalid", 400)
    assert code_of(sns.unsubscribe, SubscriptionArn=topic)[0] == "InvalidParameter"
    assert code_of(sns.tag_resource, ResourceArn=missing, Tags=[])[0] == "ResourceNotFound"
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.get_subscription_attributes(SubscriptionArn=f"{topic}:x")
    name, text, status = code_of(sns.create_platform_application, Name="n", Platform="GCM", Attributes={})
    assert (name, status) == ("NotImplemented", 501)
    assert "sns.CreatePlatformApplication" in text


def test_query_strings_without_signature(aws_stack, aws_client):
    sns = aws_client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    params = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": "0" * 288}
    answer = httpx.get(aws_stack.url, params=params, trust_env=False)
    assert answer.status_code == 400
    assert "<Code>InvalidParameter</Code><Message>Invalid parameter: Token</Message>" in answer.text
    answer = httpx.get(aws_stack.url, params={**params, "TopicArn": "t"}, trust_env=False)
    assert "<Message>Invalid parameter: Topic</Message>" in answer.text
    params = {"Action": "Unsubscribe", "SubscriptionArn": f"{topic}:none"}
    answer = httpx.get(aws_stack.url, params=params, trust_env=False)
    assert answer.status_code == 200
    assert answer.text.count("UnsubscribeResponse") == 2


def test_mail_and_sms_can_be_read(aws_stack, aws_client):
    sns = aws_client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="who@example.com")
    control = f"{aws_stack.url}/_emulator/sns/messages"
    (asked,) = httpx.get(control, trust_env=False).json()["messages"]
    link = next(line for line in asked["body"].splitlines() if line.startswith("http"))
    assert httpx.get(link, trust_env=False).status_code == 200
    sns.publish(TopicArn=topic, Message="body", Subject="subject")
    sns.publish(PhoneNumber="+15551234567", Message="text")
    found = httpx.get(control, params={"endpoint": "+15551234567"}, trust_env=False).json()["messages"]
    assert [(message["protocol"], message["body"]) for message in found] == [("sms", "text")]
    mails = httpx.get(control, params={"protocol": "email"}, trust_env=False).json()["messages"]
    assert (mails[-1]["subject"], mails[-1]["body"]) == ("subject", "body")


def test_the_certificate_is_served_at_both_places(aws_stack):
    from emulator.services.sns.signature import certificate_name

    name = certificate_name()
    for path in (f"/_emulator/sns/{name}", f"/{name}"):
        answer = httpx.get(aws_stack.url + path, trust_env=False)
        assert answer.status_code == 200
        assert answer.text.startswith("-----BEGIN CERTIFICATE-----")
    assert httpx.get(f"{aws_stack.url}/SimpleNotificationService-0.pem", trust_env=False).status_code == 404
