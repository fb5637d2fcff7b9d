"""The REST API: ``POST /tasks`` writes an item, ``GET /tasks/{tenantId}/{taskId}`` reads it.  Nobody waits for work."""

import json
import os
import uuid
from datetime import UTC, datetime

import boto3

dynamodb = boto3.client("dynamodb")


def create(event, context):
    """201 and the task's id at once; 400 when the tenant or the type is missing."""
    try:
        body = json.loads(event["body"] or "")
        tenant, kind = body["tenantId"], body["type"]
    except (ValueError, KeyError, TypeError):
        return answer(400, {"error": "tenantId and type are required"})
    if not (isinstance(tenant, str) and tenant and isinstance(kind, str) and kind):
        return answer(400, {"error": "tenantId and type are texts"})
    item = {
        "tenantId": tenant,
        "taskId": str(uuid.uuid4()),
        "status": "PENDING",
        "type": kind,
        "requestPayload": json.dumps(body.get("requestPayload", {})),
        "createdAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    dynamodb.put_item(TableName=os.environ["TABLE"], Item={name: {"S": value} for name, value in item.items()})
    return answer(201, {"taskId": item["taskId"]})


def read(event, context):
    """200 with the task's status, and its result when there is one; 404 for a task that this tenant does not have."""
    path = event["pathParameters"]
    key = {"tenantId": {"S": path["tenantId"]}, "taskId": {"S": path["taskId"]}}
    found = dynamodb.get_item(TableName=os.environ["TABLE"], Key=key, ConsistentRead=True).get("Item")
    if found is None:
        return answer(404, {"error": "Task not found"})
    shown = ("taskId", "tenantId", "status", "type", "result")
    return answer(200, {name: found[name]["S"] for name in shown if name in found})


def answer(status, body):
    # Pages of other origins may read the answer, too.
    headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
