"""The REST API: POST starts an execution and answers at once, GET tells how far the report is."""

import json
import os
import uuid

import boto3

dynamodb = boto3.client("dynamodb")
states = boto3.client("stepfunctions")


def create(event, context):
    """201 with the report as it is now and a link at which its reader may wait for it."""
    try:
        body = json.loads(event["body"] or "")
        wanted = {"reportDate": str(body["reportDate"]), "reportType": str(body["reportType"])}
    except (ValueError, KeyError, TypeError):
        return answer(400, {"message": "reportDate and reportType are required"})
    report = {"id": str(uuid.uuid4()), **wanted}
    item = {name: {"S": value} for name, value in report.items()}
    dynamodb.put_item(TableName=os.environ["TABLE"], Item={**item, "completed": {"BOOL": False}})
    states.start_execution(stateMachineArn=os.environ["MACHINE"], name=report["id"], input=json.dumps(report))
    path = f"/api/v1/report/{report['id']}"
    links = {"self": {"href": path}, "updates": {"href": f"{os.environ['UPDATES']}?reportId={report['id']}"}}
    return answer(201, {**report, "completed": False, "_links": links}, Location=path)


def read(event, context):
    key = {"id": {"S": event["pathParameters"]["id"]}}
    found = dynamodb.get_item(TableName=os.environ["TABLE"], Key=key, ConsistentRead=True).get("Item")
    if found is None:
        return answer(404, {"message": "there is no such report"})
    shown = ("id", "reportDate", "reportType", "completed", "pdfUri")
    return answer(200, {name: next(iter(found[name].values())) for name in shown if name in found})


def answer(status, body, **headers):
    return {"statusCode": status, "headers": {"Content-Type": "application/json", **headers}, "body": json.dumps(body)}
