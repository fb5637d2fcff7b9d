"""The errors that several operations answer (texts recorded from AWS unless a comment says otherwise)."""

from __future__ import annotations

from emulator.core.errors import AwsError


def invalid_value(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)


def not_found(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message)


def conflict(message: str) -> AwsError:
    return AwsError("ResourceConflictException", message)


def validation(*problems: str) -> AwsError:
    """AWS's text for a request that does not fit the model, where the check needs more than the model."""
    many = "error" if len(problems) == 1 else "errors"
    return AwsError("ValidationException", f"{len(problems)} validation {many} detected: {'; '.join(problems)}")


def unfit(value: object, member: str, constraint: str) -> str:
    return f"Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"


def function_not_found(arn: str) -> AwsError:
    return not_found(f"Function not found: {arn}")


def no_such_resource() -> AwsError:
    return not_found("The resource you requested does not exist.")


def stale_revision() -> AwsError:
    return AwsError(
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
        "the latest Revision Id",
    )


def not_emulated(what: str, instead: str) -> AwsError:
    """Our own text: a feature of Lambda that this emulator refuses by name."""
    return invalid_value(f"{what} is not emulated: {instead}")


def throttled(reason: str) -> AwsError:
    return AwsError("TooManyRequestsException", "Rate Exceeded.", Reason=reason)
