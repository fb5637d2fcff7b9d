"""A task that is longer than its function may run: it works until its time is nearly over, then invokes itself."""

import json
import os
import time

import boto3

client = boto3.client("lambda")

UNITS = int(os.environ.get("UNITS", "100"))
UNIT_SECONDS = float(os.environ.get("UNIT_SECONDS", "0.1"))
HAND_OVER_MS = int(os.environ.get("HAND_OVER_MS", "500"))
MAX_HOPS = 20  # the chain's own stop condition, whatever goes wrong


def handler(event, context):
    """``{"taskId": "t1", "cursor": 40, "hop": 3}``: the units before ``cursor`` are done."""
    task, cursor, hop = event["taskId"], event.get("cursor", 0), event.get("hop", 1)
    first = cursor
    while cursor < UNITS:
        if context.get_remaining_time_in_millis() < HAND_OVER_MS:
            if hop >= MAX_HOPS:
                raise RuntimeError(f"{task} is not done after {hop} invocations")
            hand_over(context, {**event, "cursor": cursor, "hop": hop + 1})
            return {"taskId": task, "status": "CONTINUED", "processed": cursor, "units": [first, cursor], "hop": hop}
        work(cursor)
        cursor += 1
    return {"taskId": task, "status": "DONE", "processed": cursor, "units": [first, cursor], "hop": hop}


def work(unit):
    time.sleep(UNIT_SECONDS)


def hand_over(context, event):
    """202 at once; the next invocation has a request id and a time of its own."""
    answer = client.invoke(
        FunctionName=context.invoked_function_arn if event.get("by") == "arn" else context.function_name,
        InvocationType="Event",
        Payload=json.dumps(event),
    )
    assert answer["StatusCode"] == 202
