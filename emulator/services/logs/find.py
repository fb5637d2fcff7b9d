"""Groups and streams by the names and ARNs that callers write."""

from __future__ import annotations

import re

from emulator.core.ground import Call
from emulator.services.logs import errors
from emulator.services.logs.store import LogGroup, LogsStore, LogStream

_ARN = re.compile(r"arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:]+)(?::\*)?")


def group_name(text: str) -> str:
    """The name in a group's ARN (with or without ``:*``), or the name itself."""
    found = _ARN.fullmatch(text)
    return found[1] if found else text


def find_group(call: Call, text: str | None) -> LogGroup:
    """Raises ResourceNotFoundException, or InvalidParameterException when nothing was named."""
    if not text:
        raise errors.invalid("Either logGroupName or logGroupIdentifier must be specified")
    group = call.store(LogsStore).groups.get(group_name(text))
    if group is None:
        raise errors.no_group()
    return group


def find_stream(group: LogGroup, name: str) -> LogStream:
    if name not in group.streams:
        raise errors.no_stream()
    return group.streams[name]
