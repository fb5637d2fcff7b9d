"""The WebSocket API: a reader that connects answers the task token that its report's execution waits with."""

import json
import os
import time

import boto3

dynamodb = boto3.client("dynamodb")
states = boto3.client("stepfunctions")


def remember(event, context):
    """The execution's task token, kept with the report."""
    update(event["id"], "SET #t = :t", {"#t": "token"}, {":t": {"S": event["token"]}})


def connect(event, context):
    """``$connect`` with ``?reportId=``: 404 for an unknown report; otherwise the execution learns who is there."""
    report = (event.get("queryStringParameters") or {}).get("reportId", "")
    token = token_of(report) if report else None
    if token is None:
        return {"statusCode": 404}
    output = json.dumps({"connectionId": event["requestContext"]["connectionId"]})
    try:
        states.send_task_success(taskToken=token, output=output)
    except (states.exceptions.TaskTimedOut, states.exceptions.InvalidToken):
        return {"statusCode": 410}
    return {"statusCode": 200}


def token_of(report):
    """The token of a report's execution, which may be a moment away from its task; None for an unknown report."""
    for _ in range(20):
        item = dynamodb.get_item(TableName=os.environ["TABLE"], Key={"id": {"S": report}}, ConsistentRead=True).get(
            "Item"
        )
        if item is None:
            return None
        if "token" in item:
            return item["token"]["S"]
        time.sleep(0.1)
    return None


def update(report, expression, names, values):
    dynamodb.update_item(
        TableName=os.environ["TABLE"],
        Key={"id": {"S": report}},
        UpdateExpression=expression,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
