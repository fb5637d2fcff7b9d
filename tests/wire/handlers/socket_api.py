"""Functions behind routes of a WebSocket API."""

import json

import boto3


def connect(event, context):
    return {"statusCode": 200}


def show_connection(event, context):
    """The construct SocketApi: answers with its connection's id."""
    body = json.dumps({"connectionId": event["requestContext"]["connectionId"]}, separators=(",", ":"))
    return {"statusCode": 200, "body": body}


def post_back(event, context):
    """Posts to its caller at the address that the event names."""
    request = event["requestContext"]
    client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{request['domainName']}/{request['stage']}")
    client.post_to_connection(ConnectionId=request["connectionId"], Data=b"posted back")
    return {"statusCode": 200}


def echo(event, context):
    """The event as AWS's proxy wants it answered."""
    return {"statusCode": 200, "body": json.dumps(event)}
