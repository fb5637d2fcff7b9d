"""Functions behind methods of a REST API."""

import json
import os

import boto3


def submit(event, context):
    """Puts a task on a queue and answers at once."""
    task = json.loads(event["body"])
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(task))
    return {"statusCode": 201, "body": json.dumps({"taskId": task["id"]})}


def echo(event, context):
    """The event itself, as a body."""
    return {"statusCode": 200, "body": json.dumps(event)}


def guard(event, context):
    effect = "Allow" if event["authorizationToken"] == "secret" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {
        "principalId": "ada",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"tier": "gold"},
    }


def fail(event, context):
    raise RuntimeError("no")


def remember(event, context):
    """Keeps what an asynchronous invocation was given."""
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
