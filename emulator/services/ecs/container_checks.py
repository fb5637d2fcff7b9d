"""Container definitions: what AWS refuses, and what a process on this machine cannot honour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.services.ecs import errors
from emulator.services.ecs.names import is_name

REFUSED = (
    *("links", "environmentFiles", "mountPoints", "volumesFrom", "restartPolicy", "healthCheck", "hostname", "user"),
    *("disableNetworking", "privileged", "dnsServers", "dnsSearchDomains", "extraHosts", "dockerSecurityOptions"),
    *("interactive", "pseudoTerminal", "ulimits", "systemControls", "resourceRequirements", "firelensConfiguration"),
    "credentialSpecs",
)
"""What would change how the program runs.  Sizes, roles, labels and the read-only file system are shown and not
enforced; the image is never pulled."""
LOG_OPTIONS = frozenset(
    {
        *("awslogs-group", "awslogs-region", "awslogs-stream-prefix", "awslogs-create-group", "mode"),
        "max-buffer-size",
    }
)
LONGEST_STOP = 120
"""Seconds of ``stopTimeout`` on Fargate (AWS docs)."""


def check_containers(containers: Sequence[Mapping[str, Any]], awsvpc: bool) -> None:
    """Raises ClientException in AWS's words, and InvalidParameterException naming what is not supported here."""
    if not containers:
        raise errors.client("Container list cannot be empty.")
    names = [container.get("name") or "" for container in containers]
    for container, name in zip(containers, names, strict=True):
        if not is_name(name):
            raise errors.client("Container.name should be up to 255 letters, numbers, hyphens and underscores.")
        if not container.get("image"):
            raise errors.client("Container.image should not be null or empty.")
        _check_container(container, name, awsvpc)
    if len(set(names)) < len(names):
        raise errors.client("Container names must be unique in a task definition.")
    if not any(container.get("essential", True) for container in containers):
        raise errors.client("Invalid setting for container. At least one container must be essential.")
    check_dependencies({name: _dependencies(c) for name, c in zip(names, containers, strict=True)})


def _check_container(container: Mapping[str, Any], name: str, awsvpc: bool) -> None:
    refused = next((member for member in REFUSED if container.get(member)), None)
    if refused is not None:
        raise errors.not_emulated(f"{refused} of container {name}")
    linux = {key for key, value in (container.get("linuxParameters") or {}).items() if value}
    if linux - {"initProcessEnabled"}:
        raise errors.not_emulated(f"linuxParameters.{min(linux - {'initProcessEnabled'})} of container {name}")
    if not 0 <= (container.get("stopTimeout") or 0) <= LONGEST_STOP:
        raise errors.client(f"Invalid setting for container '{name}'. 'stopTimeout' must be at most {LONGEST_STOP}.")
    for pair in (*(container.get("environment") or ()), *(container.get("secrets") or ())):
        if not pair.get("name"):
            raise errors.client(f"Invalid setting for container '{name}'. A variable needs a name.")
    for mapping in container.get("portMappings") or ():
        _check_port(mapping, name, awsvpc)
    _check_logs(container.get("logConfiguration"), name)


def _check_port(mapping: Mapping[str, Any], name: str, awsvpc: bool) -> None:
    """A program listens on this machine at the port that it chooses: there is nothing in between that could map it."""
    port, host = mapping.get("containerPort"), mapping.get("hostPort")
    if mapping.get("containerPortRange"):
        raise errors.not_emulated(f"containerPortRange of container {name}")
    if port is None or not 1 <= port <= 65535:
        raise errors.client(f"Invalid 'containerPort' setting for container '{name}'.")
    if host in (None, port) or (host == 0 and not awsvpc):
        return
    if awsvpc:
        raise errors.client("When networkMode=awsvpc, the host ports and container ports in port mappings must match.")
    raise errors.not_emulated(f"hostPort {host} for containerPort {port} of container {name}")


def _check_logs(logs: Mapping[str, Any] | None, name: str) -> None:
    if not logs:
        return
    if logs["logDriver"] != "awslogs":
        raise errors.not_emulated(f"logDriver {logs['logDriver']} of container {name}")
    if logs.get("secretOptions"):
        raise errors.not_emulated(f"secretOptions of container {name}")
    options = logs.get("options") or {}
    missing = [option for option in ("awslogs-region", "awslogs-group") if not options.get(option)]
    if missing:
        raise errors.client(f"Log driver awslogs requires options: {', '.join(missing)}")
    unknown = next((option for option in options if option not in LOG_OPTIONS), None)
    if unknown is not None:
        raise errors.not_emulated(f"log option {unknown} of container {name}")


def _dependencies(container: Mapping[str, Any]) -> list[str]:
    name = container["name"]
    for dependency in container.get("dependsOn") or ():
        if dependency["condition"] == "HEALTHY":
            raise errors.not_emulated(f"dependsOn condition HEALTHY of container {name}")
    return [dependency["containerName"] for dependency in container.get("dependsOn") or ()]


def check_dependencies(needs: Mapping[str, Sequence[str]]) -> None:
    """Raises ClientException for a dependency on nobody, and for a circle."""
    settled: set[str] = set()
    for name, needed in needs.items():
        unknown = next((other for other in needed if other not in needs), None)
        if unknown is not None:
            raise errors.client(f"Container '{name}' depends on container '{unknown}', which does not exist.")
    while len(settled) < len(needs):
        ready = {name for name, needed in needs.items() if name not in settled and settled.issuperset(needed)}
        if not ready:
            raise errors.client("Container dependencies must not form a circle.")
        settled |= ready
