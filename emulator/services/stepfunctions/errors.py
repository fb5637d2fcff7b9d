"""The errors that several operations answer (texts recorded from AWS unless a comment says otherwise)."""

from __future__ import annotations

from emulator.core.errors import AwsError


def invalid_arn(text: str) -> AwsError:
    return AwsError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {text}'")


def wrong_resource(kind: str) -> AwsError:
    """An ARN of Step Functions, but of another kind of thing."""
    return AwsError("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {kind}'")


def invalid_name(name: str) -> AwsError:
    return AwsError("InvalidName", f"Invalid Name: '{name}'")


def no_machine(arn: str) -> AwsError:
    return AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def no_execution(arn: str) -> AwsError:
    return AwsError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def no_activity(arn: str) -> AwsError:
    return AwsError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")


def no_such_resource() -> AwsError:
    return AwsError("ResourceNotFound", "Request references a resource that does not exist.")


def no_tagged_resource(arn: str) -> AwsError:
    return AwsError("ResourceNotFound", f"Resource not found: '{arn}'", resourceName=arn)


def wrong_type() -> AwsError:
    return AwsError("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")


def invalid_token() -> AwsError:
    return AwsError("InvalidToken", "Invalid Token: 'Invalid token'")


def task_is_over() -> AwsError:
    return AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")


def task_is_gone() -> AwsError:
    """The execution was deleted (AWS's text is not known beyond its first words)."""
    return AwsError("TaskDoesNotExist", "Task Does Not Exist: 'Provided task does not exist anymore'")


def validation(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def conflict(message: str) -> AwsError:
    return AwsError("ConflictException", message)


def quota(message: str) -> AwsError:
    return AwsError("ServiceQuotaExceededException", message)
