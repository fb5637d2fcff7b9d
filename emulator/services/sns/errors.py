"""SNS's errors, by their codes in the service model."""

from __future__ import annotations

from emulator.core.errors import AwsError


def invalid(text: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {text}")


def invalid_value(text: str) -> AwsError:
    """What is wrong with a message attribute."""
    return AwsError("ParameterValueInvalid", text)


def missing(path: str) -> AwsError:
    """A required member that is not there; ``path`` in camel case."""
    text = f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
    return AwsError("ValidationError", f"1 validation error detected: {text}")


def no_topic() -> AwsError:
    return AwsError("NotFound", "Topic does not exist")


def no_subscription() -> AwsError:
    return AwsError("NotFound", "Subscription does not exist")


def not_emulated(what: str) -> AwsError:
    return AwsError("InvalidParameter", f"{what} is not supported by aws-task-emulator.")
