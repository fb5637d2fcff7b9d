"""task-notify as published: it means to ignore closed connections and does not recognise their error."""

import json
import os

import boto3

connections = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["WEBSOCKET_API"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            _notify(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _notify(result):
    task_id, connection_id = result["requestPayload"]["source"].split(":::")
    status = "Success" if result["requestContext"]["condition"] == "Success" else "Fail"
    frame = {"task_id": task_id, "status": status, "response": result.get("responsePayload")}
    try:
        connections.post_to_connection(ConnectionId=connection_id, Data=json.dumps(frame, separators=(",", ":")))
    except Exception as error:
        # Written for errors of an older SDK: those of today have no such attribute.
        if getattr(error, "statusCode", None) != 410:
            raise
