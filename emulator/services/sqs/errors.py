"""SQS's errors: the shape that JSON clients see, and the older code that batches and the Query protocol show."""

from __future__ import annotations

from emulator.core.errors import AwsError

_OLD_CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    "InvalidParameterValueException": "InvalidParameterValue",
    "MissingRequiredParameterException": "MissingParameter",
    "QueueDeletedRecently": "AWS.SimpleQueueService.QueueDeletedRecently",
    "PurgeQueueInProgress": "AWS.SimpleQueueService.PurgeQueueInProgress",
    "UnsupportedOperation": "AWS.SimpleQueueService.UnsupportedOperation",
}


def old_code(error: AwsError) -> str:
    """The code of an error inside a batch's ``Failed`` entry and in a move task's ``FailureReason``."""
    return _OLD_CODES.get(error.code, error.code)


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)


def invalid_value(name: str, value: object, reason: str) -> AwsError:
    return invalid(f"Value {value} for parameter {name} is invalid. Reason: {reason}")


def missing(name: str) -> AwsError:
    return AwsError("MissingRequiredParameterException", f"The request must contain the parameter {name}.")


def no_queue() -> AwsError:
    return AwsError("QueueDoesNotExist", "The specified queue does not exist.")
