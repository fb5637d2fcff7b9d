"""Failures as objects of a bucket, with a real bucket and a table's stream, in a handler's own process."""

import json

import pytest

STACK = {
    "buckets": {"failed": {}},
    "tables": {"tasks": {"key": "id", "stream": True}},
    "functions": {"work": {"handler": "work.handler", "code": "handlers", "on_failure": "failed", "retries": 1}},
    "mappings": {"m": {"table": "tasks", "function": "work", "retries": 0, "on_failure": "bucket:failed"}},
}


@pytest.mark.aws_stack(STACK, runtime="worker")
def test_events_and_records_that_failed_lie_in_the_bucket(aws_stack, aws_client, aws_clock):
    s3 = aws_client("s3")
    aws_client("lambda").invoke(FunctionName="work", InvocationType="Event", Payload=b'{"taskId": "t1"}')
    aws_client("dynamodb").put_item(TableName="tasks", Item={"id": {"S": "t2"}})
    aws_clock.run_until_idle()
    found = {one["Key"].split("/")[2]: one["Key"] for one in s3.list_objects_v2(Bucket="failed")["Contents"]}
    assert len(found) == 2
    event = json.loads(s3.get_object(Bucket="failed", Key=found.pop("async"))["Body"].read())
    assert event["requestPayload"] == {"taskId": "t1"}
    assert event["requestContext"]["approximateInvokeCount"] == 2
    assert event["responsePayload"]["errorMessage"] == "no"
    ((uuid, key),) = found.items()
    (mapping,) = aws_client("lambda").list_event_source_mappings(FunctionName="work")["EventSourceMappings"]
    assert uuid == mapping["UUID"]
    batch = json.loads(s3.get_object(Bucket="failed", Key=key)["Body"].read())
    assert batch["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert batch["DDBStreamBatchInfo"]["shardId"] == key.split("/")[3]
    (record,) = batch["payload"]["Records"]
    assert record["dynamodb"]["NewImage"] == {"id": {"S": "t2"}}
