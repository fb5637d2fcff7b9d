"""A WebSocket API's handler as people have it on AWS: the address of its stage is in its environment."""

import json
import os

import boto3

connections = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["WEBSOCKET_ENDPOINT"])


def handler(event, context):
    own = event["requestContext"]["connectionId"]
    seen = connections.get_connection(ConnectionId=own)
    gone = is_gone("L0SM9cOFvHcCIhw=")
    answer = {"id": own, "body": event["body"], "sourceIp": seen["Identity"]["SourceIp"], "gone": gone}
    connections.post_to_connection(ConnectionId=own, Data=json.dumps(answer).encode())
    connections.delete_connection(ConnectionId=own)
    return {"statusCode": 200}


def is_gone(connection):
    try:
        connections.post_to_connection(ConnectionId=connection, Data=b"anybody there?")
    except connections.exceptions.GoneException:
        return True
    return False
