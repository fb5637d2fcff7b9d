"""Handlers that stand in for the sample's own, where a check needs one that fails."""

import json
import os
import time

import boto3


def fail(event, context):
    raise RuntimeError("cannot")


def publish_all_but_poison(event, context):
    """As the sample's publisher, as far as these tests look: it chokes on one tenant."""
    keys = [record["dynamodb"]["Keys"]["tenantId"]["S"] for record in event["Records"]]
    if "poison" in keys:
        raise RuntimeError("poison")
    entries = [{"Source": "test", "DetailType": "seen", "Detail": json.dumps({"tenant": tenant})} for tenant in keys]
    boto3.client("events").put_events(Entries=entries)


def running_first(event, context):
    """A processor that says RUNNING before SUCCESSFUL, five (virtual) seconds apart: a queue keeps no order."""
    task = event["detail"]
    for status in ("RUNNING", "SUCCESSFUL"):
        time.sleep(5)
        detail = {"taskId": task["taskId"], "tenantId": task["tenantId"], "status": status}
        entry = {"Source": "com.demo.taskmanager", "DetailType": "TaskUpdatedEvent", "Detail": json.dumps(detail)}
        boto3.client("events").put_events(Entries=[{**entry, "EventBusName": os.environ["BUS"]}])
