"""Hears of objects; what it heard is in the journal."""


def handler(event, context):
    return len(event["Records"])
