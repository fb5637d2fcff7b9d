"""Log groups and log streams: create, describe, delete, retention, tags."""

from __future__ import annotations

import re
from typing import Any

from emulator.core.ground import Call
from emulator.core.timestamps import milliseconds
from emulator.services.logs import errors
from emulator.services.logs.find import find_group, find_stream, group_name
from emulator.services.logs.paging import page
from emulator.services.logs.store import LogGroup, LogsStore, LogStream

_GROUP_NAME = re.compile(r"[.\-_/#A-Za-z0-9]+")
# AWS docs, CloudWatch Logs API reference, PutRetentionPolicy.
RETENTIONS = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)


def create_log_group(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    name = params["logGroupName"]
    groups = call.store(LogsStore).groups
    if not _GROUP_NAME.fullmatch(name):
        raise errors.invalid(f"Log group name {name!r} has characters other than letters, digits and . - _ / #")
    if name in groups:
        raise errors.group_exists()
    groups[name] = LogGroup(
        name,
        _now(call),
        log_class=params.get("logGroupClass") or "STANDARD",
        kms_key=params.get("kmsKeyId"),
        tags=dict(params.get("tags") or {}),
    )
    return {}


def delete_log_group(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The group with its streams; a function that writes again makes a new one."""
    find_group(call, params["logGroupName"])
    del call.store(LogsStore).groups[params["logGroupName"]]
    return {}


def describe_log_groups(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """By ``logGroupNamePrefix``, ``logGroupNamePattern`` (a part of the name) or class; sorted by name."""
    prefix, part = params.get("logGroupNamePrefix") or "", params.get("logGroupNamePattern") or ""
    if prefix and part:
        raise errors.invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    wanted = params.get("logGroupClass")
    identifiers = {group_name(text) for text in params.get("logGroupIdentifiers") or []}
    chosen = [
        group
        for name, group in sorted(call.store(LogsStore).groups.items())
        if name.startswith(prefix)
        and part.lower() in name.lower()
        and wanted in (None, group.log_class)
        and (not identifiers or name in identifiers)
    ]
    return page("logGroups", [_shown(call, group) for group in chosen], params, 50)


def _shown(call: Call, group: LogGroup) -> dict[str, Any]:
    arn = call.arn("logs", f"log-group:{group.name}")
    answer: dict[str, Any] = {
        "logGroupName": group.name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": f"{arn}:*",
        "storedBytes": sum(stream.size for stream in group.streams.values()),
        "logGroupClass": group.log_class,
        "logGroupArn": arn,
    }
    if group.retention is not None:
        answer["retentionInDays"] = group.retention
    if group.kms_key:
        answer["kmsKeyId"] = group.kms_key
    return answer


def create_log_stream(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    group, name = find_group(call, params["logGroupName"]), params["logStreamName"]
    if ":" in name or "*" in name:
        raise errors.invalid(f"Log stream name {name!r} must not hold ':' or '*'")
    if name in group.streams:
        raise errors.stream_exists()
    group.streams[name] = LogStream(name, _now(call))
    return {}


def delete_log_stream(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    group = find_group(call, params["logGroupName"])
    find_stream(group, params["logStreamName"])
    del group.streams[params["logStreamName"]]
    return {}


def describe_log_streams(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """By name, or by ``LastEventTime``; streams without an event count as oldest."""
    group = find_group(call, params.get("logGroupIdentifier") or params.get("logGroupName"))
    prefix, by_time = params.get("logStreamNamePrefix") or "", params.get("orderBy") == "LastEventTime"
    if prefix and by_time:
        raise errors.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    chosen = [stream for name, stream in sorted(group.streams.items()) if name.startswith(prefix)]
    if by_time:
        chosen.sort(key=lambda stream: stream.events[-1].timestamp if stream.events else 0)
    if params.get("descending"):
        chosen.reverse()
    return page("logStreams", [_stream_shown(call, group, stream) for stream in chosen], params, 50)


def _stream_shown(call: Call, group: LogGroup, stream: LogStream) -> dict[str, Any]:
    answer: dict[str, Any] = {"logStreamName": stream.name, "creationTime": stream.created}
    if stream.events:
        answer["firstEventTimestamp"] = stream.events[0].timestamp
        answer["lastEventTimestamp"] = stream.events[-1].timestamp
    if stream.last_ingestion is not None:
        answer["lastIngestionTime"] = stream.last_ingestion
    return answer | {
        "uploadSequenceToken": f"{stream.number:056d}",  # not needed by anybody since 2023, still shown
        "arn": call.arn("logs", f"log-group:{group.name}:log-stream:{stream.name}"),
        "storedBytes": 0,  # always 0 on AWS since 2019
    }


def put_retention_policy(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Older events are no longer shown."""
    group, days = find_group(call, params["logGroupName"]), params["retentionInDays"]
    if days not in RETENTIONS:
        raise errors.invalid(f"Retention of {days} days is not one of {', '.join(map(str, sorted(RETENTIONS)))}")
    group.retention = days
    return {}


def delete_retention_policy(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    find_group(call, params["logGroupName"]).retention = None
    return {}


def tag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    find_group(call, params["resourceArn"]).tags.update(params["tags"])
    return {}


def untag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    tags = find_group(call, params["resourceArn"]).tags
    for key in params["tagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"tags": dict(find_group(call, params["resourceArn"]).tags)}


def tag_log_group(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The older form of TagResource."""
    find_group(call, params["logGroupName"]).tags.update(params["tags"])
    return {}


def untag_log_group(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    tags = find_group(call, params["logGroupName"]).tags
    for key in params["tags"]:
        tags.pop(key, None)
    return {}


def list_tags_log_group(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"tags": dict(find_group(call, params["logGroupName"]).tags)}


def _now(call: Call) -> int:
    return milliseconds(call.clock.now())
