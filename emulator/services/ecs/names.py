"""The names and ARNs that callers write."""

from __future__ import annotations

import re
from typing import NamedTuple

from emulator.services.ecs import errors

DEFAULT = "default"
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,255}")
_ARN = re.compile(r"arn:[^:]+:ecs:([^:]*):([^:]*):([a-z-]+)/(.+)", re.DOTALL)


class Revision(NamedTuple):
    """A task definition as it is addressed; without ``number`` the family's latest active one is meant."""

    family: str
    number: int | None


def is_name(text: str) -> bool:
    """Up to 255 letters, digits, hyphens and underscores (AWS docs, CreateCluster, RegisterTaskDefinition)."""
    return _NAME.fullmatch(text) is not None


def of_arn(text: str, kind: str) -> str:
    """What follows ``KIND/`` in an ARN of that kind; other texts as they are."""
    found = _ARN.fullmatch(text)
    return found[4] if found and found[3] == kind else text


def cluster_name(text: str | None) -> str:
    """A cluster's name, given by name or ARN; ``default`` when none is given."""
    return of_arn(text, "cluster") if text else DEFAULT


def task_id(text: str) -> tuple[str, str]:
    """A task's cluster (``""`` when it is not named) and id, from an id or an ARN of either form."""
    cluster, _, short = of_arn(text, "task").rpartition("/")
    return cluster, short


def revision(text: str) -> Revision:
    """Raises InvalidParameterException for a revision that is no number."""
    family, colon, number = of_arn(text, "task-definition").partition(":")
    if not colon:
        return Revision(family, None)
    if not (number.isascii() and number.isdigit()) or len(number) > 10:
        raise errors.invalid(f"Invalid revision number. Number: {number}")
    return Revision(family, int(number))
