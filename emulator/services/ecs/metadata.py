"""What a task's program can ask about itself (AWS docs, "Amazon ECS task metadata endpoint version 4")."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Ground
from emulator.core.timestamps import iso_milliseconds
from emulator.services.ecs.container import Container
from emulator.services.ecs.store import EcsStore
from emulator.services.ecs.task import Task


def find_task(ground: Ground, task_id: str) -> Task | None:
    """The task with this id, in whichever account and region."""
    stores = (store for _, _, store in ground.cloud.stores(EcsStore))
    return next((store.tasks[task_id] for store in stores if task_id in store.tasks), None)


def running_tasks(ground: Ground, account: str, region: str) -> list[Task]:
    """Tasks that have not stopped, in the order of creation."""
    return [task for task in ground.cloud.store(EcsStore, account, region).tasks.values() if not task.ended]


def task_metadata(task: Task) -> dict[str, Any]:
    definition = task.definition
    shown: dict[str, Any] = {
        "Cluster": task.cluster.arn,
        "TaskARN": task.arn,
        "Family": definition.family,
        "Revision": str(definition.revision),
        "DesiredStatus": task.desired,
        "KnownStatus": task.status,
        "LaunchType": task.wish.launch_type,
        "AvailabilityZone": f"{task.region}a",
        "Limits": {"CPU": int(task.wish.sizes["cpu"]) / 1024, "Memory": int(task.wish.sizes["memory"])},
        "Containers": [container_metadata(task, container) for container in task.containers],
    }
    if task.pull_started_at is not None and task.pull_stopped_at is not None:
        shown["PullStartedAt"] = iso_milliseconds(task.pull_started_at)
        shown["PullStoppedAt"] = iso_milliseconds(task.pull_stopped_at)
    return shown


def container_metadata(task: Task, container: Container) -> dict[str, Any]:
    prefix = "com.amazonaws.ecs."
    labels = {
        f"{prefix}cluster": task.cluster.arn,
        f"{prefix}container-name": container.name,
        f"{prefix}task-arn": task.arn,
        f"{prefix}task-definition-family": task.definition.family,
        f"{prefix}task-definition-version": str(task.definition.revision),
    }
    shown: dict[str, Any] = {
        "DockerId": container.runtime_id,
        "Name": container.name,
        "DockerName": container.name,
        "Image": container.image,
        "ImageID": container.digest,
        "Labels": labels | dict(container.definition.get("dockerLabels") or {}),
        "DesiredStatus": task.desired,
        "KnownStatus": container.status,
        "Limits": {"CPU": container.definition["cpu"]},
        "CreatedAt": iso_milliseconds(task.created_at),
        "Type": "NORMAL",
        "ContainerARN": container.arn,
        "Networks": [
            {"NetworkMode": task.definition.given.get("networkMode", "bridge"), "IPv4Addresses": ["127.0.0.1"]}
        ],
    }
    if container.started_at is not None:
        shown["StartedAt"] = iso_milliseconds(container.started_at)
    if container.finished_at is not None:
        shown |= {"FinishedAt": iso_milliseconds(container.finished_at), "ExitCode": container.exit_code}
    return shown
