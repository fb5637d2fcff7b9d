"""task-notify: turns a destination record into a frame for the client that submitted the task."""

import json
import os
from typing import Any

import boto3
from botocore.exceptions import ClientError

connections = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["WEBSOCKET_API"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Post each record's result; records that could not be posted go back to the queue."""
    failures = []
    for record in event["Records"]:
        try:
            notify(json.loads(record["body"]))
        except Exception as error:
            print(f"could not notify for message {record['messageId']}: {error}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def notify(result: dict[str, Any]) -> None:
    """``source`` of the event that started the task is ``task id:::connection id``."""
    event = result["requestPayload"]
    task_id, marker, connection_id = str(event.get("source") if isinstance(event, dict) else "").partition(":::")
    if not marker:
        print("a record of an invocation that no client submitted: nobody to tell")
        return
    answer = {
        "task_id": task_id,
        "status": "Success" if result["requestContext"]["condition"] == "Success" else "Fail",
        "response": result.get("responsePayload"),
    }
    try:
        connections.post_to_connection(
            ConnectionId=connection_id, Data=json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "GoneException":
            raise
        print(f"connection {connection_id} is gone: task {task_id} has nobody to tell")
