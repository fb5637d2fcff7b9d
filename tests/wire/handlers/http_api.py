"""Functions behind routes of an HTTP API."""

import json
import os

import boto3


def submit(event, context):
    """Puts a task on a queue and answers at once."""
    task = json.loads(event["body"])
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(task))
    body = json.dumps({"taskId": task["id"]})
    return {"statusCode": 202, "headers": {"Location": f"/tasks/{task['id']}"}, "cookies": ["a=1", "b=2"], "body": body}


def echo(event, context):
    """The event itself."""
    return event


def guard(event, context):
    allowed = event["identitySource"] == ["secret"]
    return {"isAuthorized": allowed, "context": {"tier": "gold"}}


def fail(event, context):
    raise RuntimeError("no")


def slow(event, context):
    """Waits by the emulator's clock."""
    boto3.client("sqs").receive_message(QueueUrl=os.environ["QUEUE"], WaitTimeSeconds=20)
    boto3.client("sqs").receive_message(QueueUrl=os.environ["QUEUE"], WaitTimeSeconds=20)
    return "late"


def issuer(event, context):
    """What OpenID Connect discovery finds."""
    if event["rawPath"] == "/.well-known/openid-configuration":
        return {"issuer": os.environ["ISSUER"], "jwks_uri": f"{os.environ['ISSUER']}/keys"}
    return json.loads(os.environ["KEYS"])
