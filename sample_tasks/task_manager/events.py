"""Behind the API: the stream's publisher, a processor that takes its time, and the updater at the queue."""

import json
import os
import time
from datetime import UTC, datetime

import boto3

events = boto3.client("events")
dynamodb = boto3.client("dynamodb")

SOURCE = "com.demo.taskmanager"
WORK_SECONDS = 5
BY_STATUS = {"RUNNING": "TaskRunningEvent", "SUCCESSFUL": "TaskSuccessfulEvent", "FAILED": "TaskFailedEvent"}
PUBLISHED = ("taskId", "tenantId", "type", "status", "requestPayload", "result")


def publish(event, context):
    """Records of the table's stream become events: a new task, and each later status."""
    for record in event["Records"]:
        if record["eventName"] == "REMOVE":
            continue
        item = {name: value.get("S") for name, value in record["dynamodb"]["NewImage"].items()}
        created = record["eventName"] == "INSERT"
        kind = "TaskCreatedEvent" if created else BY_STATUS.get(item["status"])
        if kind is not None:
            put(kind, {name: item[name] for name in PUBLISHED if name in item})


def process(event, context):
    """An export: five seconds of work, then an event with its result.  What cannot be exported has failed."""
    task = event["detail"]
    update = {"taskId": task["taskId"], "tenantId": task["tenantId"]}
    time.sleep(WORK_SECONDS)
    if "from" not in json.loads(task["requestPayload"]):
        put("TaskUpdatedEvent", {**update, "status": "FAILED", "result": "requestPayload has no 'from'"})
        return
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    put("TaskUpdatedEvent", {**update, "status": "SUCCESSFUL", "result": f"Export completed at {now}"})


def update(event, context):
    """The queue's messages are whole events; each changes one item."""
    for record in event["Records"]:
        detail = json.loads(record["body"])["detail"]
        change = {
            "UpdateExpression": "SET #s = :status",
            "ExpressionAttributeNames": {"#s": "status"},
            "ExpressionAttributeValues": {":status": {"S": detail["status"]}},
        }
        if "result" in detail:
            change["UpdateExpression"] += ", #r = :result"
            change["ExpressionAttributeNames"]["#r"] = "result"
            change["ExpressionAttributeValues"][":result"] = {"S": detail["result"]}
        key = {"tenantId": {"S": detail["tenantId"]}, "taskId": {"S": detail["taskId"]}}
        dynamodb.update_item(TableName=os.environ["TABLE"], Key=key, **change)


def put(kind, detail):
    entry = {"Source": SOURCE, "DetailType": kind, "EventBusName": os.environ["BUS"], "Detail": json.dumps(detail)}
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"{kind} was not taken: {answer['Entries'][0]['ErrorMessage']}")
