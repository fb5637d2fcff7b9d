"""The errors that several operations answer.  Pipes' texts are not recorded: these are the emulator's own."""

from __future__ import annotations

from emulator.core.errors import AwsError


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


def no_pipe(name: str) -> AwsError:
    return AwsError("NotFoundException", f"Pipe {name} does not exist.")


def not_emulated(what: str, instead: str) -> AwsError:
    return invalid(f"{what} is not supported by this emulator: {instead}")
