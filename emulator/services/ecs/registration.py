"""What RegisterTaskDefinition takes: checked, with the members that AWS adds."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from emulator.services.ecs import errors
from emulator.services.ecs.container_checks import check_containers
from emulator.services.ecs.fargate import fits, plain_size
from emulator.services.ecs.names import is_name

FARGATE, EC2 = "FARGATE", "EC2"
REFUSED = (
    *("volumes", "placementConstraints", "pidMode", "ipcMode", "proxyConfiguration", "inferenceAccelerators"),
    *("enableFaultInjection", "trustedExecutionConfiguration"),
)
_OF_A_CONTAINER: Mapping[str, Any] = {
    "cpu": 0,
    "portMappings": [],
    "essential": True,
    "environment": [],
    "mountPoints": [],
    "volumesFrom": [],
    "systemControls": [],
}


def checked(params: Mapping[str, Any]) -> dict[str, Any]:
    """The definition's members without tags.  Raises ClientException and InvalidParameterException."""
    given = deepcopy({name: value for name, value in params.items() if name != "tags" and value is not None})
    if not is_name(given["family"]):
        raise errors.client("Family should be up to 255 letters, numbers, hyphens and underscores.")
    refused = next((member for member in REFUSED if given.get(member)), None)
    if refused is not None:
        raise errors.not_emulated(refused)
    if (given.get("runtimePlatform") or {}).get("operatingSystemFamily", "LINUX") != "LINUX":
        raise errors.not_emulated(f"operatingSystemFamily {given['runtimePlatform']['operatingSystemFamily']}")
    if given.get("networkMode") == "none":
        raise errors.not_emulated("networkMode none")
    awsvpc = given.get("networkMode") == "awsvpc"
    check_containers(given["containerDefinitions"], awsvpc)
    for container in given["containerDefinitions"]:
        for name, value in _OF_A_CONTAINER.items():
            container.setdefault(name, deepcopy(value))
        for port in container["portMappings"]:
            port.setdefault("protocol", "tcp")
            if awsvpc:
                port.setdefault("hostPort", port["containerPort"])
    given.setdefault("volumes", [])
    given.setdefault("placementConstraints", [])
    given["compatibilities"] = _compatibilities(given)
    return given


def _compatibilities(given: dict[str, Any]) -> list[str]:
    """The launch types that the definition fits; raises ClientException when it asks for one that it does not."""
    required = given.get("requiresCompatibilities") or []
    unknown = next((name for name in required if name not in (FARGATE, EC2)), None)
    if unknown is not None:
        raise errors.not_emulated(f"requiresCompatibilities {unknown}")
    for name in ("cpu", "memory"):
        if given.get(name) is not None:
            size = plain_size(given[name])
            if size is None:
                raise errors.client(f"Invalid '{name}' setting for task.")
            given[name] = size
    problem = _fargate_problem(given)
    if problem and FARGATE in required:
        raise errors.client(problem)
    if given.get("memory") is None:
        _check_memory(given)
    return [EC2] if problem else [EC2, FARGATE]


def _check_memory(given: Mapping[str, Any]) -> None:
    for container in given["containerDefinitions"]:
        if container.get("memory") is None and container.get("memoryReservation") is None:
            setting = f"Invalid setting for container '{container['name']}'."
            raise errors.client(f"{setting} At least one of 'memory' or 'memoryReservation' must be specified.")


def _fargate_problem(given: Mapping[str, Any]) -> str:
    """Why the definition cannot run on Fargate, in AWS's words; ``""`` when it can."""
    if given.get("networkMode") != "awsvpc":
        return "Fargate only supports network mode ‘awsvpc’."
    if not given.get("cpu") or not given.get("memory"):
        return "Fargate requires that 'cpu' and 'memory' be defined at the task level."
    if not fits(given["cpu"], given["memory"]):
        return "No Fargate configuration exists for given values."
    return ""
