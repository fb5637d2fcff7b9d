"""Tables, topics, buckets and mappings of streams: what their short forms stand for, and what wrong ones are told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from emulator.stack import Stack, StackError, deploy
from emulator.stack.deploy import prepare

ACCOUNT, REGION = "000000000000", "eu-west-1"
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/now"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
ANSWERS: dict[str, dict[str, Any]] = {
    "CreateQueue": {"QueueUrl": "http://host/queue"},
    "CreateTable": {"TableDescription": {"LatestStreamArn": STREAM}},
    "CreateTopic": {"TopicArn": TOPIC},
}
NOTHING: dict[str, Any] = {}


def handler(event: Any, context: Any) -> None:
    """Something that a stack can name."""


def house(**sections: Any) -> Stack:
    """A queue ``q``, a function ``f`` and what the test adds."""
    here: dict[str, Any] = {"queues": {"q": {}}, "functions": {"f": f"{__name__}:handler"}}
    merged = {title: {**here.get(title, {}), **sections.get(title, {})} for title in {**here, **sections}}
    return Stack.from_document(merged, Path(__file__).parent, "stack.toml")


def created(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    """Parameters by operation."""
    calls: dict[str, list[dict[str, Any]]] = {}

    async def run(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        calls.setdefault(operation, []).append(params)
        return ANSWERS.get(operation, {})

    asyncio.run(deploy(stack, run, account=ACCOUNT, region=REGION, base_url=""))
    return calls


def told(**sections: Any) -> str:
    with pytest.raises(StackError) as caught:
        prepare(house(**sections), ACCOUNT, REGION)
    return str(caught.value).removeprefix("stack.toml: ")


# Tables


def test_a_table_with_a_key_alone() -> None:
    (made,) = created(house(tables={"t": {"key": "id"}}))["CreateTable"]
    assert made == {
        "TableName": "t",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }


def test_everything_a_table_may_say() -> None:
    table = {
        "key": "tenant, createdAt:N",
        "stream": True,
        "ttl": "expiresAt",
        "tags": {"team": "a"},
        "indexes": {
            "byStatus": "status, createdAt:N",
            "mine": {"key": "tenant, raw:B", "local": True, "projection": ["status", "type"]},
            "keys": {"key": "status", "projection": "KEYS_ONLY"},
        },
    }
    calls = created(house(tables={"t": table}))
    (made,) = calls["CreateTable"]
    assert made["KeySchema"] == [
        {"AttributeName": "tenant", "KeyType": "HASH"},
        {"AttributeName": "createdAt", "KeyType": "RANGE"},
    ]
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in made["AttributeDefinitions"]}
    assert types == {"tenant": "S", "createdAt": "N", "status": "S", "raw": "B"}
    assert made["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert made["Tags"] == [{"Key": "team", "Value": "a"}]
    by_status, keys = made["GlobalSecondaryIndexes"]
    assert (by_status["IndexName"], by_status["Projection"]) == ("byStatus", {"ProjectionType": "ALL"})
    assert keys["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    (mine,) = made["LocalSecondaryIndexes"]
    assert mine == {
        "IndexName": "mine",
        "KeySchema": [{"AttributeName": "tenant", "KeyType": "HASH"}, {"AttributeName": "raw", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status", "type"]},
    }
    (expiry,) = calls["UpdateTimeToLive"]
    assert expiry["TimeToLiveSpecification"] == {"Enabled": True, "AttributeName": "expiresAt"}


def test_a_table_in_cloudformation_s_words() -> None:
    table = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
    }
    (made,) = created(house(tables={"t": table}))["CreateTable"]
    assert made["BillingMode"] == "PROVISIONED"
    assert made["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({}, "tables.t.key: a table needs a key: a partition key, or partition and sort key"),
        ({"key": "a, b, c"}, "tables.t.key: expected a partition key"),
        ({"key": "a:X"}, "tables.t.key: expected a partition key"),
        ({"key": 3}, "tables.t.key: expected a partition key"),
        ({"key": ""}, "tables.t.key: expected a partition key"),
        ({"key": "a", "strem": True}, "tables.t.strem: unknown key. Did you mean 'stream'?"),
        ({"key": "a", "stream": "NEW"}, "tables.t.stream: ValidationException: "),
        ({"key": "a", "ttl": 3}, "tables.t.ttl: expected a text, got 3."),
        ({"key": "a", "indexes": {"i": "b, a:N"}}, "tables.t.indexes.i: a is S in one key and N in another."),
        ({"key": "a", "indexes": {"i": {"ky": "b"}}}, "tables.t.indexes.i.ky: unknown key. Did you mean 'key'?"),
        ({"key": "a", "indexes": {"i": {"key": "b", "local": 1}}}, "tables.t.indexes.i.local: expected true or false"),
        ({"key": "a", "ProvisionedThroughput": {"Read": 1}}, "tables.t.ProvisionedThroughput.Read: unknown key."),
    ],
)
def test_wrong_tables(table: dict[str, Any], text: str) -> None:
    assert told(tables={"t": table}).startswith(text)


# Mappings of streams


def test_a_table_s_stream_as_a_source() -> None:
    mapping = {
        "table": "t", "function": "f", "retries": 3, "bisect": True, "max_record_age": 60, "parallelization": 2,
        "on_failure": "q", "filters": [{"eventName": ["INSERT"]}], "batch_size": 10,
    }  # fmt: skip
    (made,) = created(house(tables={"t": {"key": "id", "stream": True}}, mappings={"m": mapping}))[
        "CreateEventSourceMapping"
    ]
    assert made == {
        "EventSourceArn": STREAM,
        "FunctionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 10,
        "MaximumRetryAttempts": 3,
        "MaximumRecordAgeInSeconds": 60,
        "BisectBatchOnFunctionError": True,
        "ParallelizationFactor": 2,
        "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
        "DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"}},
    }


def test_a_queue_s_mapping_has_no_starting_position() -> None:
    (made,) = created(house(mappings={"m": {"queue": "q", "function": "f"}}))["CreateEventSourceMapping"]
    assert "StartingPosition" not in made


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ({"table": "u", "function": "f"}, "mappings.m.table: there is no table 'u' here. Known here: t."),
        ({"table": "t", "function": "f"}, "mappings.m.table: table 't' has no stream: give it stream = true."),
        ({"table": "queue:q", "function": "f"}, "mappings.m.table: 'queue:q': expected a table."),
        ({"function": "f"}, "mappings.m.EventSourceArn: expected the name of a queue or table, got None."),
        ({"queue": "q", "table": "t", "function": "f"}, "mappings.m.table: EventSourceArn is given twice."),
        (
            {"queue": "q", "function": "f", "on_failure": "f"},
            "mappings.m.on_failure: there is no queue or topic or bucket 'f'",
        ),
    ],
)
def test_wrong_sources(mapping: dict[str, Any], text: str) -> None:
    assert told(tables={"t": {"key": "id"}}, mappings={"m": mapping}).startswith(text)


# Pipes


def test_a_pipe_of_a_queue() -> None:
    pipe = {
        "queue": "q", "enrichment": "f", "target": "m", "wait": False, "batch_size": 5,
        "filters": [{"body": {"n": [1]}}], "input": {"id": "<$.body.id>"}, "enrichment_input": "<$.body>",
        "tags": {"a": "b"},
    }  # fmt: skip
    machine = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    (made,) = created(house(pipes={"p": pipe}, state_machines={"m": {"definition": machine}}))["CreatePipe"]
    assert made == {
        "Name": "p",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/emulator",
        "Source": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q",
        "SourceParameters": {
            "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"n": [1]}}'}]},
            "SqsQueueParameters": {"BatchSize": 5},
        },
        "Enrichment": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
        "EnrichmentParameters": {"InputTemplate": "<$.body>"},
        "Target": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m",
        "TargetParameters": {
            "InputTemplate": '{"id": "<$.body.id>"}',
            "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
        },
        "Tags": {"a": "b"},
    }


def test_a_pipe_of_a_stream() -> None:
    pipe = {"table": "t", "target": "bus:default", "retries": 2, "bisect": True, "dead_letter": "q"}
    (made,) = created(house(tables={"t": {"key": "id", "stream": True}}, pipes={"p": pipe}))["CreatePipe"]
    assert (made["Source"], made["Target"]) == (STREAM, f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default")
    assert made["SourceParameters"]["DynamoDBStreamParameters"] == {
        "StartingPosition": "TRIM_HORIZON",
        "MaximumRetryAttempts": 2,
        "OnPartialBatchItemFailure": "AUTOMATIC_BISECT",
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"},
    }


@pytest.mark.parametrize(
    ("pipe", "text"),
    [
        ({"queue": "q"}, "pipes.p.Target: expected the name of a function or queue or topic"),
        ({"target": "f"}, "pipes.p.Source: expected the name of a queue or table, got None."),
        ({"queue": "x", "target": "f"}, "pipes.p.queue: there is no queue 'x' here."),
        (
            {"queue": "q", "target": "f", "enrichment": "q"},
            "pipes.p.enrichment: there is no function or state_machine 'q'",
        ),
        ({"queue": "q", "target": "f", "wait": 1}, "pipes.p.wait: expected true or false, got 1."),
        ({"queue": "q", "target": "q", "wait": True}, "pipes.p.wait: only functions and state machines"),
        ({"queue": "q", "target": "f", "batch_size": "x"}, "pipes.p.batch_size: expected a whole number"),
        ({"queue": "q", "target": "f", "retries": 1}, "pipes.p.retries: unknown key."),
        ({"queue": "q", "target": "f", "stat": "x"}, "pipes.p.stat: unknown key. Did you mean 'state'?"),
    ],
)
def test_wrong_pipes(pipe: dict[str, Any], text: str) -> None:
    assert told(tables={"t": {"key": "id"}}, pipes={"p": pipe}).startswith(text)


# Topics


def test_a_topic_with_all_kinds_of_subscribers() -> None:
    subscriptions = [
        "q",
        "function:f",
        "https://example.com/hook",
        "a@example.com",
        "+15551234567",
        {"endpoint": "q", "raw": True, "filter": {"kind": ["a"]}, "filter_scope": "MessageBody", "dead_letter": "q"},
    ]
    calls = created(house(topics={"news": {"display_name": "News", "subscriptions": subscriptions}}))
    assert calls["CreateTopic"] == [{"Name": "news", "Attributes": {"DisplayName": "News"}}]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
    assert [(made["Protocol"], made["Endpoint"]) for made in calls["Subscribe"]] == [
        ("sqs", queue),
        ("lambda", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
        ("https", "https://example.com/hook"),
        ("email", "a@example.com"),
        ("sms", "+15551234567"),
        ("sqs", queue),
    ]
    assert calls["Subscribe"][-1]["Attributes"] == {
        "RawMessageDelivery": "true",
        "FilterPolicy": '{"kind": ["a"]}',
        "FilterPolicyScope": "MessageBody",
        "RedrivePolicy": f'{{"deadLetterTargetArn": "{queue}"}}',
    }


def test_topics_as_destinations_and_targets() -> None:
    function = {"handler": f"{__name__}:handler", "on_failure": "news", "dead_letter": "topic:news"}
    function["environment"] = {"TOPIC": "${news.TopicArn}"}
    rule = {"pattern": {"source": ["a"]}, "target": "news"}
    calls = created(house(topics={"news": {}}, functions={"g": function}, rules={"r": rule}))
    made = next(params for params in calls["CreateFunction"] if params["FunctionName"] == "g")
    assert made["DeadLetterConfig"] == {"TargetArn": TOPIC}
    assert made["Environment"]["Variables"] == {"TOPIC": TOPIC}
    (config,) = calls["PutFunctionEventInvokeConfig"]
    assert config["DestinationConfig"]["OnFailure"] == {"Destination": TOPIC}
    assert calls["PutTargets"][0]["Targets"][0]["Arn"] == TOPIC


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ({"subscription": "x"}, "topics.news.subscription: there is no queue or function 'x' here."),
        ({"subscriptions": ["q", 3]}, "topics.news.subscriptions.1: expected a table of AWS::SNS::Subscription"),
        ({"subscriptions": [{"raw": True}]}, "topics.news.subscriptions.0.Endpoint: expected a queue, a function,"),
        ({"subscriptions": [{"endpoint": "q", "rawe": 1}]}, "topics.news.subscriptions.0.rawe: unknown key. Did you"),
        ({"subscriptions": [{"endpoint": "q", "dead_letter": "f"}]},
         "topics.news.subscriptions.0.dead_letter: there is no queue 'f' here."),
        ({"subscriptions": ["arn:aws:states:eu-west-1:0:stateMachine:m"]}, "topics.news.subscriptions.0: arn:aws:st"),
        ({"subscriber": "q"}, "topics.news.subscriber: unknown key. Did you mean 'subscription'?"),
    ],
)  # fmt: skip
def test_wrong_topics(topic: dict[str, Any], text: str) -> None:
    assert told(topics={"news": topic}).startswith(text)


# Buckets


def test_a_bucket_and_whom_it_tells() -> None:
    notifications = [
        {"target": "f", "events": ["s3:ObjectCreated:Put"], "prefix": "in/", "suffix": ".csv", "id": "one"},
        "q",
        {"target": "topic:news", "event": "s3:ObjectRemoved:*"},
    ]
    bucket = {"notifications": notifications, "event_bridge": True, "versioning": True, "tags": {"a": "b"}}
    calls = created(house(buckets={"files": bucket}, topics={"news": {}}))
    constraint = {"LocationConstraint": REGION}
    assert calls["CreateBucket"] == [{"Bucket": "files", "CreateBucketConfiguration": constraint}]
    assert calls["PutBucketVersioning"][0]["VersioningConfiguration"] == {"Status": "Enabled"}
    (made,) = calls["PutBucketNotificationConfiguration"]
    assert made["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {},
        "LambdaFunctionConfigurations": [
            {
                "LambdaFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f",
                "Events": ["s3:ObjectCreated:Put"],
                "Id": "one",
                "Filter": {
                    "Key": {
                        "FilterRules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}],
                    }
                },
            }
        ],
        "QueueConfigurations": [{"QueueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q", "Events": ["s3:ObjectCreated:*"]}],
        "TopicConfigurations": [{"TopicArn": TOPIC, "Events": ["s3:ObjectRemoved:*"]}],
    }


@pytest.mark.parametrize(
    ("bucket", "text"),
    [
        ({"notification": "x"}, "buckets.files.notification: there is no function or queue or topic 'x' here."),
        ({"notifications": [{"target": "q", "prefx": "a"}]}, "buckets.files.notifications.0.prefx: unknown key. Did"),
        ({"notifications": [{"target": "q", "prefix": 3}]}, "buckets.files.notifications.0.prefix: expected a text"),
        ({"notifications": ["arn:aws:events:eu-west-1:0:event-bus/b"]}, "buckets.files.notifications.0: arn:aws:ev"),
        ({"event_bridge": "yes"}, "buckets.files.event_bridge: expected true or false, got 'yes'."),
        ({"LifecycleConfiguration": {}}, "buckets.files.LifecycleConfiguration: unknown key."),
    ],
)
def test_wrong_buckets(bucket: dict[str, Any], text: str) -> None:
    assert told(buckets={"files": bucket}).startswith(text)


def test_bucket_arns_have_neither_region_nor_account() -> None:
    function = {"handler": f"{__name__}:handler", "environment": {"BUCKET": "${files.Arn} ${files.Name}"}}
    calls = created(house(buckets={"files": {}}, functions={"g": function}))
    made = next(params for params in calls["CreateFunction"] if params["FunctionName"] == "g")
    assert made["Environment"]["Variables"] == {"BUCKET": "arn:aws:s3:::files files"}


def test_the_python_face() -> None:
    stack = Stack(Path(__file__).parent).table("t", key="id", stream=True).topic("news").bucket("files")
    calls = created(stack.function("f", handler).mapping("m", table="t", function="f"))
    assert [calls[name] for name in ("CreateTable", "CreateTopic", "CreateBucket", "CreateEventSourceMapping")]
