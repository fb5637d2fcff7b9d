"""Making a report takes a while."""

import os
import time

import boto3

dynamodb = boto3.client("dynamodb")


def make(event, context):
    """Gives the finished report, and marks it in the table."""
    time.sleep(2)
    report = {**event, "completed": True, "pdfUri": f"https://reports.example.com/{event['id']}.pdf"}
    dynamodb.update_item(
        TableName=os.environ["TABLE"],
        Key={"id": {"S": event["id"]}},
        UpdateExpression="SET completed = :c, pdfUri = :p",
        ExpressionAttributeValues={":c": {"BOOL": True}, ":p": {"S": report["pdfUri"]}},
    )
    return report
