"""All of ECS in one account and region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.core.ground import Call
from emulator.services.ecs import errors
from emulator.services.ecs.cluster import Cluster
from emulator.services.ecs.names import DEFAULT, cluster_name, revision, task_id
from emulator.services.ecs.task import Task
from emulator.services.ecs.task_definition import TaskDefinition


@dataclass(frozen=True, slots=True)
class Idempotent:
    """What a client token stands for."""

    params: dict[str, Any]
    tasks: list[Task]
    until: float


@dataclass(slots=True)
class EcsStore:
    """``definitions`` holds the revisions of each family in order; ``tasks`` are by id, in the order of creation."""

    clusters: dict[str, Cluster] = field(default_factory=dict)
    definitions: dict[str, list[TaskDefinition]] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    tokens: dict[tuple[str, str], Idempotent] = field(default_factory=dict)


def known_cluster(call: Call, text: str | None) -> Cluster | None:
    """A cluster, given by name or ARN, inactive ones too; ``default`` is always there (EMU)."""
    name = cluster_name(text)
    clusters = call.store(EcsStore).clusters
    if name == DEFAULT and name not in clusters:
        clusters[name] = Cluster(call.arn("ecs", f"cluster/{name}"), name)
    return clusters.get(name)


def find_cluster(call: Call, text: str | None) -> Cluster:
    """An active cluster.  Raises ClusterNotFoundException."""
    cluster = known_cluster(call, text)
    if cluster is None:
        raise errors.no_cluster()
    if not cluster.active:
        raise errors.no_cluster("The referenced cluster was inactive.")
    return cluster


def known_definition(call: Call, text: str) -> TaskDefinition | None:
    """A revision; the family's latest active one when the text names none."""
    wanted = revision(text)
    revisions = call.store(EcsStore).definitions.get(wanted.family, [])
    if wanted.number is None:
        return next((found for found in reversed(revisions) if found.active), None)
    return next((found for found in revisions if found.revision == wanted.number), None)


def known_task(call: Call, cluster: Cluster, text: str) -> Task | None:
    """A task of the cluster, given by id or ARN."""
    named, short = task_id(text)
    task = call.store(EcsStore).tasks.get(short)
    if task is None or task.cluster is not cluster or named not in ("", cluster.name):
        return None
    return task
