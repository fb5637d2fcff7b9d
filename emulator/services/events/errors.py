"""The errors that several operations answer (texts recorded from AWS)."""

from __future__ import annotations

from emulator.core.errors import AwsError


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def too_many() -> AwsError:
    return AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")


def no_bus(name: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"Event bus {name} does not exist.")


def no_rule(name: str, bus: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus {bus}.")
