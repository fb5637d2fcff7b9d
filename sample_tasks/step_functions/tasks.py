"""The functions behind the three state machines."""

import json

import boto3


def work(event, context):
    """One item of the Map."""
    return {"item": event, "square": event * event}


def iterate(event, context):
    """Forty units a call; the state machine calls again until all hundred are done."""
    cursor = min(event.get("cursor", 0) + 40, 100)
    return {"cursor": cursor, "IsCompleted": cursor == 100}


def approve(event, context):
    """The worker at the queue: answers the task tokens that it finds there."""
    states = boto3.client("stepfunctions")
    for record in event["Records"]:
        order = json.loads(record["body"])
        if order["input"].get("amount", 0) > 1000:
            states.send_task_failure(taskToken=order["token"], error="TooExpensive", cause="more than 1000")
        else:
            states.send_task_success(taskToken=order["token"], output=json.dumps({"approved": True}))
