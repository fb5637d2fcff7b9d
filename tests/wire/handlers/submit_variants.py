"""task-submit functions that go wrong, or are slow."""

import json
import os

import boto3

events = boto3.client("events")


def rejected_entry(event, context):
    """The entry is refused: FailedEntryCount is 1."""
    _put([_entry(event, "this is not JSON")])


def rejected_call(event, context):
    """The whole call is refused: eleven entries."""
    _put([_entry(event, "{}")] * 11)


def slow(event, context):
    """Longer than API Gateway waits for it."""
    queue = boto3.client("sqs")
    for _ in range(2):
        queue.receive_message(QueueUrl="idle", WaitTimeSeconds=20)
    _put([_entry(event, json.dumps(json.loads(event["body"])["task"]["data"]))])
    return {"statusCode": 200}


def _entry(event, detail):
    task = json.loads(event["body"])["task"]
    return {
        "Source": f"{task['id']}:::{event['requestContext']['connectionId']}",
        "DetailType": task["type"],
        "Detail": detail,
        "EventBusName": os.environ["TASK_BUS"],
    }


def _put(entries):
    if events.put_events(Entries=entries)["FailedEntryCount"]:
        raise RuntimeError("Failed to submit task")
