"""task-submit: turns a frame into an event on the task bus."""

import json
import os
from typing import Any

import boto3

events = boto3.client("events")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """``{"action": "task-submit", "task": {"id", "type", "data"}}`` → one event; its source carries the way back."""
    task = json.loads(event["body"])["task"]
    data = {**task["data"], "id": task["id"]}
    answer = events.put_events(
        Entries=[
            {
                "Source": f"{task['id']}:::{event['requestContext']['connectionId']}",
                "DetailType": task["type"],
                "Detail": json.dumps(data),
                "EventBusName": os.environ["TASK_BUS"],
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise RuntimeError("Failed to submit task")
    return {"statusCode": 200}
