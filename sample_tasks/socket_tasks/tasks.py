"""Three tasks: one that succeeds, one that always fails, one that never ends in time."""

import time


def report(event, context):
    """A task gets the EventBridge event; what it returns becomes the ``response`` of the result frame."""
    detail = event["detail"]
    time.sleep(0.1)  # the long work
    return {"statusCode": 200, "body": f"report for {detail['name']} is done"}


def unlucky(event, context):
    """Lambda tries an asynchronous event three times, then hands its failure record to the notify queue."""
    raise RuntimeError(f"no luck for {event['detail']['name']}")


def endless(event, context):
    """Killed when its timeout is over; that counts as a failure and is retried like one."""
    time.sleep(3600)
