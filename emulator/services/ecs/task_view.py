"""A task in AWS's shape (recorded from AWS for Fargate tasks that run and that have stopped)."""

from __future__ import annotations

from typing import Any

from emulator.core.timestamps import iso_milliseconds
from emulator.services.ecs.tags import shown_tags
from emulator.services.ecs.task import STOPPED, Task

DEFAULT_STORAGE = {"sizeInGiB": 20}
_INSTANTS = {
    "connectivityAt": "connected_at",
    "pullStartedAt": "pull_started_at",
    "pullStoppedAt": "pull_stopped_at",
    "startedAt": "started_at",
    "stoppingAt": "stopping_at",
    "executionStoppedAt": "execution_stopped_at",
    "stoppedAt": "stopped_at",
}


def task_view(task: Task, with_tags: bool = False) -> dict[str, Any]:
    """Instants are seconds; tags are shown on demand."""
    definition, wish = task.definition.given, task.wish
    shown: dict[str, Any] = {
        "taskArn": task.arn,
        "clusterArn": task.cluster.arn,
        "taskDefinitionArn": task.definition.arn,
        "launchType": wish.launch_type,
        "lastStatus": task.status,
        "desiredStatus": task.desired,
        **wish.sizes,
        "group": wish.group,
        "createdAt": task.created_at,
        "enableExecuteCommand": wish.execute_command,
        "availabilityZone": f"{task.region}a",
        "attributes": [{"name": "ecs.cpu-architecture", "value": _architecture(definition)}],
        "attachments": [] if wish.network is None else [_attachment(task, wish.network)],
        "containers": [container.view(task.arn) for container in task.containers],
        "overrides": wish.overrides,
        "inferenceAccelerators": [],
        "tags": shown_tags(task.tags) if with_tags else [],
        "version": task.version,
    }
    if wish.platform:
        shown |= {"platformVersion": wish.platform, "platformFamily": "Linux"}
        shown["ephemeralStorage"] = wish.ephemeral_storage
    else:
        shown["containerInstanceArn"] = task.cluster.instance
    texts = {
        "startedBy": wish.started_by,
        "capacityProviderName": wish.provider,
        "stopCode": task.stop_code,
        "stoppedReason": task.stopped_reason,
    }
    shown |= {member: text for member, text in texts.items() if text}
    if task.connected_at is not None:
        shown["connectivity"] = "CONNECTED"
    instants = {member: getattr(task, name) for member, name in _INSTANTS.items()}
    return shown | {member: instant for member, instant in instants.items() if instant is not None}


def _architecture(definition: dict[str, Any]) -> str:
    return str((definition.get("runtimePlatform") or {}).get("cpuArchitecture", "X86_64")).lower()


def _attachment(task: Task, network: dict[str, Any]) -> dict[str, Any]:
    """The task's network interface; its address is this machine's own."""
    details = [{"name": "subnetId", "value": network["subnets"][0]}]
    kind, status = "ElasticNetworkInterface", "PRECREATED"
    if task.connected_at is not None:
        status = "ATTACHED"
        details += [
            {"name": "networkInterfaceId", "value": f"eni-{task.id[:17]}"},
            {"name": "privateIPv4Address", "value": "127.0.0.1"},
        ]
    if task.status == STOPPED:
        kind, status = "eni", "DELETED"
    return {"id": task.attachment, "type": kind, "status": status, "details": details}


def event_detail(task: Task, now: float) -> dict[str, Any]:
    """The detail of a state change event: instants as ISO text, no tags (AWS docs, "Amazon ECS task state change
    events")."""
    shown = task_view(task)
    del shown["tags"]
    for member in ("createdAt", *_INSTANTS):
        if member in shown:
            shown[member] = iso_milliseconds(shown[member])
    shown["attachments"] = [attachment | {"type": "eni"} for attachment in shown["attachments"]]
    return shown | {"updatedAt": iso_milliseconds(now)}
