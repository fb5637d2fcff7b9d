"""Task functions of the whole-house tests."""

import threading

import boto3

LUCK = {"runs": 0}
GATE = threading.Event()
OVER = threading.Event()


def good(event, context):
    return {"statusCode": 200, "body": event["detail"]["id"]}


def bad(event, context):
    raise ValueError("bad task")


def lucky_later(event, context):
    LUCK["runs"] += 1
    if LUCK["runs"] == 1:
        raise ValueError("not yet")
    return {"statusCode": 200, "body": "second time"}


def waiting(event, context):
    """Waits by the emulator's clock for longer than its timeout."""
    boto3.client("sqs").receive_message(QueueUrl="empty", WaitTimeSeconds=20)


def asleep(event, context):
    """Computes, as far as the emulator can tell, for longer than its timeout."""
    GATE.wait(30)


def free(event, context):
    """Works until the test lets it go."""
    GATE.wait(30)
    return {"statusCode": 200, "body": "free"}


def late(event, context):
    """Writes a line, and another one once the test lets it go."""
    print("in time")
    GATE.wait(30)
    print("too late")
    OVER.set()
