"""TagResource, UntagResource, ListTagsForResource: of clusters, tasks and task definitions."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.ecs import errors
from emulator.services.ecs.cluster import Cluster
from emulator.services.ecs.names import of_arn, task_id
from emulator.services.ecs.store import EcsStore, known_cluster, known_definition
from emulator.services.ecs.tags import check_tags, read_tags, shown_tags
from emulator.services.ecs.task import Task
from emulator.services.ecs.task_definition import TaskDefinition


def tag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Raises InvalidParameterException, ResourceNotFoundException."""
    resource = _find(call, params["resourceArn"])
    tags = resource.tags | read_tags(params["tags"])
    check_tags(key for key in tags if not key.startswith("aws:"))
    resource.tags = tags
    return {}


def untag_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    resource = _find(call, params["resourceArn"])
    for key in params["tagKeys"]:
        resource.tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"tags": shown_tags(_find(call, params["resourceArn"]).tags)}


def _find(call: Call, arn: str) -> Cluster | Task | TaskDefinition:
    found: Cluster | Task | TaskDefinition | None
    if of_arn(arn, "cluster") != arn:
        found = known_cluster(call, arn)
    elif of_arn(arn, "task-definition") != arn:
        found = known_definition(call, arn)
    elif of_arn(arn, "task") != arn:
        found = call.store(EcsStore).tasks.get(task_id(arn)[1])
    else:
        raise errors.invalid("The ARN does not name a cluster, a task or a task definition.")
    if found is None or found.arn != arn:
        raise AwsError("ResourceNotFoundException", "The specified resource could not be found.")
    return found
