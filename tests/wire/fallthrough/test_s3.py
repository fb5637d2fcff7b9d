"""S3 through the fall-through: objects, presigned URLs, forms, bucket names in hosts, and what buckets tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

Client = Callable[..., Any]


@pytest.fixture
def bucket(aws_client: Client) -> Any:
    client = aws_client("s3")
    client.create_bucket(Bucket="files")
    return client


def test_objects_with_any_key(bucket: Any) -> None:
    key = "dir/a b+c%2Fd/ü.txt"
    bucket.put_object(Bucket="files", Key=key, Body=b"hello", Metadata={"who": "me"}, ContentType="text/plain")
    answer = bucket.get_object(Bucket="files", Key=key)
    assert answer["Body"].read() == b"hello"
    assert (answer["ContentType"], answer["Metadata"]) == ("text/plain", {"who": "me"})
    assert [entry["Key"] for entry in bucket.list_objects_v2(Bucket="files")["Contents"]] == [key]


def test_head_tells_the_length(bucket: Any) -> None:
    bucket.put_object(Bucket="files", Key="a", Body=b"x" * 1234)
    assert bucket.head_object(Bucket="files", Key="a")["ContentLength"] == 1234


def test_ranges_and_multipart_uploads(bucket: Any, tmp_path: Any) -> None:
    source, copy = tmp_path / "big", tmp_path / "copy"
    source.write_bytes(bytes(range(256)) * 40_000)
    bucket.upload_file(str(source), "files", "big")
    bucket.download_file("files", "big", str(copy))
    assert copy.read_bytes() == source.read_bytes()
    assert bucket.get_object(Bucket="files", Key="big", Range="bytes=10-12")["Body"].read() == bytes([10, 11, 12])


def test_missing_things_have_aws_s_errors(bucket: Any) -> None:
    with pytest.raises(bucket.exceptions.NoSuchKey):
        bucket.get_object(Bucket="files", Key="no")
    with pytest.raises(bucket.exceptions.NoSuchBucket):
        bucket.list_objects_v2(Bucket="nowhere")


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_presigned_urls_can_be_fetched_and_put(bucket: Any, aws_client: Client, signature: str) -> None:
    signer = aws_client("s3", config=Config(signature_version=signature))
    target = {"Bucket": "files", "Key": "dir/ü 1.txt"}
    put = httpx.put(signer.generate_presigned_url("put_object", target), content=b"by url")
    assert put.status_code == 200
    got = httpx.get(signer.generate_presigned_url("get_object", target))
    assert (got.status_code, got.content) == (200, b"by url")


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_presigned_urls_expire(bucket: Any, aws_client: Client, signature: str) -> None:
    bucket.put_object(Bucket="files", Key="a", Body=b"x")
    signer = aws_client("s3", config=Config(signature_version=signature))
    url = signer.generate_presigned_url("get_object", {"Bucket": "files", "Key": "a"}, ExpiresIn=-1)
    answer = httpx.get(url)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer.text


def test_a_browser_s_form_uploads(bucket: Any) -> None:
    post = bucket.generate_presigned_post("files", "up/${filename}")
    answer = httpx.post(post["url"], data=post["fields"], files={"file": ("a.txt", b"formed")})
    assert answer.status_code in (200, 204)
    assert bucket.get_object(Bucket="files", Key="up/a.txt")["Body"].read() == b"formed"


def test_unsigned_requests_reach_buckets_that_exist(bucket: Any, aws_emulator: Any) -> None:
    bucket.put_object(Bucket="files", Key="dir/a", Body=b"open", ACL="public-read")
    assert httpx.get(f"{aws_emulator.url}/files/dir/a").content == b"open"
    nobody = httpx.get(f"{aws_emulator.url}/other/dir/a")
    assert nobody.status_code == 404
    assert "UnknownOperationException" in nobody.headers["x-amzn-errortype"]


def test_a_bucket_in_the_host_name(bucket: Any, aws_emulator: Any) -> None:
    bucket.put_object(Bucket="files", Key="a", Body=b"x", ACL="public-read")
    port = urlsplit(aws_emulator.url).port
    for host in (f"files.localhost:{port}", "files.s3.us-east-1.amazonaws.com", f"files.s3.localhost:{port}"):
        answer = httpx.get(f"{aws_emulator.url}/a", headers={"host": host})
        assert (answer.status_code, answer.content) == (200, b"x"), host


def test_a_queue_hears_of_new_objects(bucket: Any, aws_client: Client, aws_clock: Any) -> None:
    sqs = aws_client("sqs")
    url = sqs.create_queue(QueueName="news")["QueueUrl"]
    configuration = {
        "QueueArn": "arn:aws:sqs:us-east-1:000000000000:news",
        "Id": "mine",
        "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
    }
    bucket.put_bucket_notification_configuration(
        Bucket="files", NotificationConfiguration={"QueueConfigurations": [configuration]}
    )
    bucket.put_object(Bucket="files", Key="out/no", Body=b"x")
    bucket.put_object(Bucket="files", Key="in/a b", Body=b"xyz")
    bucket.delete_object(Bucket="files", Key="in/a b")
    aws_clock.settle()
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    test, created, removed = (json.loads(message["Body"]) for message in messages)
    assert (test["Event"], test["Bucket"]) == ("s3:TestEvent", "files")
    (record,) = created["Records"]
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Put")
    assert record["s3"]["configurationId"] == "mine"
    assert record["s3"]["bucket"]["name"] == "files"
    about = record["s3"]["object"]
    assert (about["key"], about["size"], about["eTag"]) == ("in/a+b", 3, "d16fb36f0911f878998c136191af705e")
    assert removed["Records"][0]["eventName"] == "ObjectRemoved:Delete"


def test_a_rule_hears_of_new_objects(bucket: Any, aws_client: Client, aws_clock: Any) -> None:
    sqs, events = aws_client("sqs"), aws_client("events")
    url = sqs.create_queue(QueueName="news")["QueueUrl"]
    events.put_rule(Name="files", EventPattern=json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"]}))
    events.put_targets(Rule="files", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:000000000000:news"}])
    bucket.put_bucket_notification_configuration(
        Bucket="files", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    bucket.put_object(Bucket="files", Key="a b", Body=b"xyz")
    aws_clock.settle()
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    event = json.loads(message["Body"])
    assert event["resources"] == ["arn:aws:s3:::files"]
    assert event["detail"]["bucket"] == {"name": "files"}
    assert event["detail"]["reason"] == "PutObject"
    assert (event["detail"]["object"]["key"], event["detail"]["object"]["size"]) == ("a b", 3)


def test_a_topic_hears_of_new_objects(bucket: Any, aws_client: Client, aws_clock: Any) -> None:
    sqs, sns = aws_client("sqs"), aws_client("sns")
    url = sqs.create_queue(QueueName="news")["QueueUrl"]
    topic = sns.create_topic(Name="news")["TopicArn"]
    queue = "arn:aws:sqs:us-east-1:000000000000:news"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    configuration = {"TopicArn": topic, "Events": ["s3:ObjectCreated:Put"]}
    bucket.put_bucket_notification_configuration(
        Bucket="files", NotificationConfiguration={"TopicConfigurations": [configuration]}
    )
    bucket.put_object(Bucket="files", Key="a", Body=b"")
    aws_clock.settle()
    bodies = [json.loads(m["Body"]) for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    assert [body.get("Event") or body["Records"][0]["eventName"] for body in bodies] == [
        "s3:TestEvent",
        "ObjectCreated:Put",
    ]


def test_bucket_names_are_unique_over_accounts(bucket: Any, aws_client: Client) -> None:
    somebody = aws_client("s3", aws_access_key_id="111122223333", aws_secret_access_key="x")
    with pytest.raises(ClientError) as failure:
        somebody.create_bucket(Bucket="files")
    assert failure.value.response["Error"]["Code"] == "BucketAlreadyExists"


def test_a_reset_forgets_buckets(bucket: Any, aws_emulator: Any) -> None:
    bucket.put_object(Bucket="files", Key="a", Body=b"x")
    aws_emulator.run(aws_emulator.emulator.reset())
    assert bucket.list_buckets()["Buckets"] == []
    bucket.create_bucket(Bucket="files")
    assert "Contents" not in bucket.list_objects_v2(Bucket="files")


def test_other_regions(aws_client: Client) -> None:
    client = aws_client("s3", region_name="eu-west-1")
    client.create_bucket(Bucket="away", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert client.get_bucket_location(Bucket="away")["LocationConstraint"] == "eu-west-1"
