"""The errors of ECS."""

from __future__ import annotations

from emulator.core.errors import AwsError


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def client(message: str) -> AwsError:
    """What AWS calls a client error: bad definitions, and resources that are not there."""
    return AwsError("ClientException", message)


def no_cluster(message: str = "Cluster not found.") -> AwsError:
    return AwsError("ClusterNotFoundException", message)


def not_emulated(what: str) -> AwsError:
    """Something that AWS would take, and that a process on this machine cannot honour."""
    return invalid(f"{what} is not supported by aws-task-emulator.")


class CannotStartError(Exception):
    """A container cannot be started; the text is the task's ``stoppedReason``."""
