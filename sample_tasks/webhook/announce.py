"""Tells the topic which reports are ready."""

import json
import os

import boto3

sns = boto3.client("sns")


def handler(event, context):
    for record in event["Records"]:
        item = record["dynamodb"]["NewImage"]
        message = {"id": item["id"]["S"], "completed": item["completed"]["BOOL"], "pdfUri": item["pdfUri"]["S"]}
        sns.publish(TopicArn=os.environ["TOPIC"], Message=json.dumps(message))
