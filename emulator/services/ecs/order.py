"""What RunTask asks for: checked, and made into tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.ecs import errors
from emulator.services.ecs.cluster import Cluster
from emulator.services.ecs.container import Container
from emulator.services.ecs.fargate import fits, plain_size
from emulator.services.ecs.store import EcsStore, find_cluster, known_definition
from emulator.services.ecs.tags import read_tags
from emulator.services.ecs.task import Task, Wish
from emulator.services.ecs.task_definition import TaskDefinition
from emulator.services.ecs.task_view import DEFAULT_STORAGE

FARGATE = "FARGATE"
PROVIDERS = ("FARGATE", "FARGATE_SPOT")
MOST_TASKS = 10
LONGEST_STARTED_BY = 128
LARGEST_OVERRIDES = 8192
_VERSIONS = ("1.4.0", "1.3.0")
_NO_OVERRIDES = ("environmentFiles", "resourceRequirements")


def order_tasks(call: Call, params: Mapping[str, Any]) -> list[Task]:
    """The tasks, not yet begun.  Raises what RunTask raises."""
    cluster = find_cluster(call, params.get("cluster"))
    definition = known_definition(call, params["taskDefinition"])
    if definition is None:
        raise errors.client("TaskDefinition not found.")
    if not definition.active:
        raise errors.client("TaskDefinition is inactive")
    count = 1 if params.get("count") is None else params["count"]
    if not 1 <= count <= MOST_TASKS:
        raise errors.invalid(f"Count must be between 1 and {MOST_TASKS}.")
    refused = next((name for name in ("volumeConfigurations", "referenceId") if params.get(name)), None)
    if refused is not None:
        raise errors.not_emulated(refused)
    wish = _wish(call, params, cluster, definition)
    return [_task(call, cluster, definition, wish) for _ in range(count)]


def _wish(call: Call, params: Mapping[str, Any], cluster: Cluster, definition: TaskDefinition) -> Wish:
    launch_type, provider = _where(params, cluster)
    if launch_type not in definition.given["compatibilities"]:
        raise errors.invalid(f"Task definition does not support launch_type {launch_type}.")
    _check_placement(params, launch_type)
    network = (params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    _check_network(network, definition)
    started_by = params.get("startedBy") or ""
    if len(started_by) > LONGEST_STARTED_BY:
        raise errors.invalid(f"startedBy must have at most {LONGEST_STARTED_BY} characters.")
    overrides = _overrides(params.get("overrides") or {}, definition)
    sizes = {name: overrides.get(name) or definition.size(name) for name in ("cpu", "memory")}
    if launch_type == FARGATE and not fits(**sizes):
        raise errors.invalid("No Fargate configuration exists for given values.")
    platform = _platform(params.get("platformVersion"), launch_type)
    tags = _tags(params, cluster, definition)
    if launch_type != FARGATE:
        what = "AWS needs container instances for launch type EC2; the task runs on this machine"
        call.journal.note("warning", cluster.arn, definition.arn, call.cause, "EC2", what=what)
    storage = overrides.get("ephemeralStorage") or definition.given.get("ephemeralStorage") or DEFAULT_STORAGE
    return Wish(
        overrides=overrides,
        launch_type=launch_type,
        provider=provider,
        sizes=sizes,
        platform=platform,
        group=params.get("group") or f"family:{definition.family}",
        started_by=started_by,
        execute_command=bool(params.get("enableExecuteCommand")),
        network=network,
        tags=tags,
        ephemeral_storage=dict(storage),
    )


def _where(params: Mapping[str, Any], cluster: Cluster) -> tuple[str, str]:
    """Launch type and capacity provider; AWS's default is EC2 unless the cluster has a strategy (AWS docs, RunTask)."""
    strategy, launch_type = params.get("capacityProviderStrategy") or [], params.get("launchType")
    if strategy and launch_type:
        raise errors.invalid("Specifying both a launch type and capacity provider strategy is not supported.")
    if not strategy and launch_type is None:
        strategy = cluster.strategy
    if not strategy:
        return launch_type or "EC2", ""
    unknown = next((item["capacityProvider"] for item in strategy if item["capacityProvider"] not in PROVIDERS), None)
    if unknown is not None:
        raise errors.not_emulated(f"Capacity provider {unknown}")
    # All tasks of one call go where the base or, without one, the largest weight is.
    first = max(strategy, key=lambda item: (item.get("base") or 0, item.get("weight") or 0))
    return FARGATE, first["capacityProvider"]


def _check_placement(params: Mapping[str, Any], launch_type: str) -> None:
    """On EC2 this machine is the only instance there is."""
    refused = next((name for name in ("placementConstraints", "placementStrategy") if params.get(name)), None)
    if refused is not None and launch_type == FARGATE:
        raise errors.invalid("Placement constraints and strategies are not supported with FARGATE launch type.")
    if refused is not None:
        raise errors.not_emulated(refused)


def _check_network(network: Mapping[str, Any] | None, definition: TaskDefinition) -> None:
    if definition.awsvpc and not (network or {}).get("subnets"):
        raise errors.invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if network and not definition.awsvpc:
        text = "Network Configuration is not valid for the given networkMode of this task definition."
        raise errors.invalid(text)


def _platform(version: str | None, launch_type: str) -> str:
    """``""`` on EC2, where there is none."""
    if launch_type != FARGATE:
        if version:
            raise errors.invalid("The platform version must be null when specifying an EC2 launch type.")
        return ""
    if version in (None, "", "LATEST"):
        return _VERSIONS[0]
    if version not in _VERSIONS:
        raise AwsError("PlatformUnknownException", "The specified platform does not exist.")
    return version


def _tags(params: Mapping[str, Any], cluster: Cluster, definition: TaskDefinition) -> dict[str, str]:
    own = read_tags(params.get("tags"))
    propagated = params.get("propagateTags")
    if propagated == "SERVICE":
        raise errors.invalid("propagateTags SERVICE can be used by services only.")
    managed = {"aws:ecs:clusterName": cluster.name} if params.get("enableECSManagedTags") else {}
    return managed | (definition.tags if propagated == "TASK_DEFINITION" else {}) | own


def _overrides(given: Mapping[str, Any], definition: TaskDefinition) -> dict[str, Any]:
    """AWS's shape with an entry for every container.  Raises InvalidParameterException."""
    if len(compact(given)) > LARGEST_OVERRIDES:
        raise errors.invalid(f"Container Overrides length must be at most {LARGEST_OVERRIDES}")
    if given.get("inferenceAcceleratorOverrides"):
        raise errors.not_emulated("inferenceAcceleratorOverrides")
    by_name: dict[str, dict[str, Any]] = {container["name"]: {} for container in definition.containers}
    for override in given.get("containerOverrides") or ():
        name = override.get("name") or ""
        if name not in by_name:
            raise errors.invalid(f"Override for container named {name} is not a container in the TaskDefinition.")
        refused = next((member for member in _NO_OVERRIDES if override.get(member)), None)
        if refused is not None:
            raise errors.not_emulated(f"{refused} of container {name}")
        by_name[name] |= override
    sizes = {name: _size(name, given[name]) for name in ("cpu", "memory") if given.get(name)}
    kept = {name: value for name, value in given.items() if value is not None}
    containers = [{"name": name, **override} for name, override in by_name.items()]
    return {**kept, **sizes, "containerOverrides": containers, "inferenceAcceleratorOverrides": []}


def _size(name: str, text: str) -> str:
    size = plain_size(text)
    if size is None:
        raise errors.invalid(f"Invalid '{name}' setting for task.")
    return size


def _task(call: Call, cluster: Cluster, definition: TaskDefinition, wish: Wish) -> Task:
    ids = call.ids
    task_id, attachment = ids.hex(32), ids.uuid()
    overrides = {override["name"]: override for override in wish.overrides["containerOverrides"]}
    containers = [
        Container(
            name=given["name"],
            arn=call.arn("ecs", f"container/{cluster.name}/{task_id}/{ids.uuid()}"),
            definition=overridden(given, overrides[given["name"]]),
            runtime_id=f"{task_id}-{int(ids.hex(8), 16) % 10**10:010d}",
            interface=attachment if definition.awsvpc else None,
        )
        for given in definition.containers
    ]
    arn = call.arn("ecs", f"task/{cluster.name}/{task_id}")
    now = call.clock.now()
    task = Task(arn, task_id, cluster, definition, wish, containers, call.cause, now, attachment, tags=dict(wish.tags))
    call.store(EcsStore).tasks[task_id] = task
    return task


def overridden(definition: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """``command`` and sizes replace the definition's, ``environment`` is merged by name (AWS docs,
    ContainerOverride)."""
    plain = {name: value for name, value in override.items() if name != "environment" and value is not None}
    pairs = (*(definition.get("environment") or ()), *(override.get("environment") or ()))
    variables = {pair.get("name") or "": pair.get("value") or "" for pair in pairs}
    environment = [{"name": name, "value": value} for name, value in variables.items() if name]
    return {**definition, **plain, "environment": environment}
