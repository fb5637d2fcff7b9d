"""The functions behind the API: take a request and run a task for it; say how far it is."""

import json
import os
import uuid

import boto3
from botocore.exceptions import ClientError

MOST_FILES = 30
TASK = {
    "cluster": "zip",
    "taskDefinition": "zip-task",
    "launchType": "FARGATE",
    "count": 1,
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}},
}


def submit(event, context):
    """``{"email": …, "files": […]}`` → 202 at once; the files are zipped by a task."""
    request = json.loads(event["body"])
    files = request["files"]
    if not 1 <= len(files) <= MOST_FILES:
        return answer(400, {"message": f"between 1 and {MOST_FILES} files, please"})
    request_id = str(uuid.uuid4())
    item = {
        "requestId": {"S": request_id},
        "email": {"S": request["email"]},
        "files": {"L": [{"S": name} for name in files]},
        "status": {"S": "ACCEPTED"},
    }
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE_NAME"], Item=item)
    variables = {"BUCKET_NAME": os.environ["BUCKET_NAME"], "REQUEST_ID": request_id}
    environment = [{"name": name, "value": value} for name, value in variables.items()]
    overrides = {"containerOverrides": [{"name": "zip", "environment": environment}]}
    try:
        started = boto3.client("ecs").run_task(**TASK, overrides=overrides)
    except ClientError as error:
        return answer(500, {"message": str(error)})
    if started["failures"]:
        return answer(500, {"message": started["failures"][0]["reason"]})
    return answer(202, {"requestId": request_id, "status": "ACCEPTED"})


def status(event, context):
    key = {"requestId": {"S": event["pathParameters"]["requestId"]}}
    found = boto3.client("dynamodb").get_item(TableName=os.environ["TABLE_NAME"], Key=key).get("Item")
    if found is None:
        return answer(404, {"message": "no such request"})
    return answer(200, {name: found[name]["S"] for name in ("requestId", "status", "link") if name in found})


def answer(code, body):
    return {"statusCode": code, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
