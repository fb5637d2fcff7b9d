"""moto is loaded on first use, may be missing, and a user's own ``mock_aws`` tests live beside the emulator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PLUGIN, pytest_plugins

ROOT = Path(__file__).parents[3]
LAZY = """
import sys
import urllib.request
from emulator.core.settings import Settings
from emulator.testing import EmulatorThread, Stack
import boto3

def client(service, thread):
    return boto3.client(service, endpoint_url=thread.url, region_name="us-east-1",
                        aws_access_key_id="test", aws_secret_access_key="test")

LATE = {"moto", "werkzeug", "responses", "emulator.asl", "emulator.services.stepfunctions.order"}

def loaded():
    return LATE & set(sys.modules)

with EmulatorThread(Settings(runtime="inline")) as thread:
    url = client("sqs", thread).create_queue(QueueName="q")["QueueUrl"]
    client("events", thread).put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])
    client("sts", thread).get_caller_identity()
    thread.run(thread.emulator.deploy(Stack.read("sample_tasks/socket_tasks")))
    urllib.request.urlopen(thread.url + "/_emulator/status").read()
    thread.run(thread.emulator.reset())
    print(sorted(loaded()))
    client("dynamodb", thread).list_tables()
    print("moto" in loaded(), "moto.ssm" in sys.modules)
"""

MISSING = """
import sys
for name in ("moto",):
    sys.modules[name] = None
import importlib.util
found = importlib.util.find_spec
from emulator.fallthrough import library
library.find_spec = lambda name: None
from emulator.core.settings import Settings
from emulator.testing import EmulatorThread
import boto3
with EmulatorThread(Settings(runtime="inline")) as thread:
    for service, operation in (("dynamodb", "list_tables"), ("s3", "list_buckets"), ("ssm", "describe_parameters")):
        client = boto3.client(service, endpoint_url=thread.url, region_name="us-east-1",
                              aws_access_key_id="test", aws_secret_access_key="test")
        try:
            getattr(client, operation)()
        except client.exceptions.ClientError as error:
            print(error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"])
"""


def run(program: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_moto_and_other_heavy_code_is_not_imported_until_a_request_needs_it() -> None:
    assert run(LAZY) == ["[]", "True False"]


def test_a_missing_moto_is_an_error_that_names_the_extra() -> None:
    remedy = "is served by moto, which is not installed: pip install 'aws-task-emulator[aws]'"
    assert run(MISSING) == [f"501 {service} {remedy}" for service in ("dynamodb", "s3", "ssm")]


USER_TESTS = """
import threading

import boto3
import pytest
from moto import mock_aws

BUCKET = "shared-name"


def outside(service):
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def make_table(client):
    client.create_table(
        TableName="tasks",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_emulated(aws_client):
    make_table(aws_client("dynamodb"))
    aws_client("s3").create_bucket(Bucket=BUCKET)


@mock_aws
def test_mocked_alone(monkeypatch):
    assert outside("dynamodb").list_tables()["TableNames"] == []
    make_table(outside("dynamodb"))
    outside("s3").create_bucket(Bucket=BUCKET)
    outside("sqs").create_queue(QueueName="mine")
    assert outside("sts").get_caller_identity()["Account"] == "123456789012"


def test_both_at_once(aws_client, monkeypatch):
    emulated = aws_client("dynamodb")
    make_table(emulated)
    aws_client("s3").create_bucket(Bucket=BUCKET)
    aws_client("s3").put_object(Bucket=BUCKET, Key="a", Body=b"emulated")
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with mock_aws():
        assert outside("dynamodb").list_tables()["TableNames"] == []
        outside("s3").create_bucket(Bucket=BUCKET)
        outside("s3").put_object(Bucket=BUCKET, Key="b", Body=b"mocked")
        emulated.put_item(TableName="tasks", Item={"id": {"S": "during"}})
        keys = [entry["Key"] for entry in outside("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
        assert keys == ["b"]
    assert emulated.get_item(TableName="tasks", Key={"id": {"S": "during"}})["Item"]
    assert aws_client("s3").get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"emulated"


@mock_aws
def test_mocked_afterwards():
    table = boto3.resource("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    made = table.create_table(
        TableName="streaming",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    made.put_item(Item={"id": "a"})
    from moto.dynamodb.models import dynamodb_backends

    shard = dynamodb_backends["123456789012"]["us-east-1"].tables["streaming"].stream_shard
    assert [item.record["eventName"] for item in shard.items] == ["INSERT"]
"""


def test_a_user_s_mock_aws_tests_are_unharmed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)
    pytester.makepyfile(USER_TESTS)
    loading = ("-p", PLUGIN) if PLUGIN in pytest_plugins else ()
    result = pytester.runpytest_subprocess(*loading, "-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=4)


def test_two_emulators_in_one_process_are_apart() -> None:
    import boto3

    from emulator.core.settings import Settings
    from emulator.testing import EmulatorThread

    def buckets(thread: EmulatorThread) -> list[str]:
        client = boto3.client(
            "s3", endpoint_url=thread.url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        if thread is first:
            client.create_bucket(Bucket="mine")
        return [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]

    with EmulatorThread(Settings(runtime="inline")) as first, EmulatorThread(Settings(runtime="inline")) as second:
        assert buckets(first) == ["mine"]
        assert buckets(second) == []
