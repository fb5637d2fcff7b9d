"""A report that takes thirty seconds, or as long as it is told."""

import time


def handler(event, context):
    time.sleep(event.get("wait", 30))
    return {"done": True}
