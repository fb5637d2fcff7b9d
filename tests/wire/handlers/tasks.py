"""Task functions of the SocketTasks tests."""

import boto3


def success(event, context):
    return {"statusCode": 200, "body": '{"output":"completed task data"}'}


def failing(event, context):
    raise Exception("Task Processing failed")


def echo(event, context):
    return event


def overrun(event, context):
    """Longer than its timeout, by the emulator's clock: nothing ever arrives in the queue ``idle``."""
    _wait(20)


def busy(event, context):
    """Longer than its timeout, by real time."""
    import time

    time.sleep(30)


def minute(event, context):
    for _ in range(3):
        _wait(20)
    return "after a minute"


def slow(event, context):
    """Long enough for a client to leave meanwhile."""
    _wait(20)
    return "after 20 seconds"


def _wait(seconds):
    boto3.client("sqs").receive_message(QueueUrl="idle", WaitTimeSeconds=seconds)
