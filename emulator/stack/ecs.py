"""Clusters, task definitions, and programs that stand for images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from emulator.core.arns import Arn
from emulator.services.ecs.programs import COMMAND_IMAGE, PYTHON_IMAGE, LocalProgram
from emulator.stack.handlers import problem_with, problem_with_module
from emulator.stack.members import api_members
from emulator.stack.section import Resource
from emulator.stack.steps import Context, Step, Steps, listed, text, without

DEFAULTS = {"networkMode": "awsvpc", "cpu": "256", "memory": "512"}
_CLUSTER = {"ClusterSettings": "settings", "CapacityProviders": "capacityProviders", "Configuration": "configuration"}
_CLUSTER |= {"DefaultCapacityProviderStrategy": "defaultCapacityProviderStrategy"}


def cluster(context: Context, resource: Resource) -> Steps:
    params: dict[str, Any] = {"clusterName": resource.name}
    params |= _api("CreateCluster", {_CLUSTER.get(n, n): v for n, v in without(resource.properties, "Tags").items()})
    params |= _tags(context, resource)
    yield Step(resource, "ecs", "CreateCluster", params)


def task_definition(context: Context, resource: Resource) -> Steps:
    """RegisterTaskDefinition for Fargate; the short forms describe its one container."""
    given = without(resource.properties, "Container", "Tags", "ContainerDefinitions")
    params = {**DEFAULTS, **_api("RegisterTaskDefinition", given), "family": resource.name}
    if params["networkMode"] == "awsvpc":
        params.setdefault("requiresCompatibilities", ["FARGATE"])
    params |= {name: text(params[name]) for name in ("cpu", "memory")}
    params["containerDefinitions"] = _containers(context, resource)
    params |= _tags(context, resource)
    written = {name[:1].lower() + name[1:]: key for name, key in resource.written.items()}
    named = replace(resource, written={**written, **resource.written})
    answer = yield Step(named, "ecs", "RegisterTaskDefinition", params)
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    context.references.attributes[f"task_definition:{resource.name}"]["Arn"] = arn


def _containers(context: Context, resource: Resource) -> list[dict[str, Any]]:
    short = context.table(resource, "Container")
    full = resource.properties.get("ContainerDefinitions")
    if full is None:
        return [_container(context, resource, short)]
    if short:
        key = next(written for written in resource.written.values() if written != "ContainerDefinitions")
        raise context.error(f"{resource.key}.{key}", "ContainerDefinitions are given, which say it already.")
    containers = _api("RegisterTaskDefinition", {"containerDefinitions": full})["containerDefinitions"]
    key = resource.place("ContainerDefinitions")
    for number, container in enumerate(containers if isinstance(containers, list) else ()):
        for pair in container.get("environment") or () if isinstance(container, dict) else ():
            if isinstance(pair, dict) and isinstance(pair.get("value"), str):
                place = f"{key}.{number}.environment.{pair.get('name')}"
                pair["value"] = context.references.fill(pair["value"], place)
    return containers  # type: ignore[no-any-return]  # whatever it is: the check of the parameters names it


def _container(context: Context, resource: Resource, short: dict[str, Any]) -> dict[str, Any]:
    group = short.get("LogGroup", f"/ecs/{resource.name}")
    options = {"awslogs-group": group, "awslogs-region": context.references.region, "awslogs-stream-prefix": "ecs"}
    container: dict[str, Any] = {
        "name": short.get("Name", resource.name),
        **_program(context, resource, short),
        "environment": _variables(context, resource),
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }
    secrets = context.table(resource, "Container", "Secrets")
    if secrets:
        container["secrets"] = [{"name": name, "valueFrom": source} for name, source in secrets.items()]
    if "StopTimeout" in short:
        container["stopTimeout"] = short["StopTimeout"]
    return container


def _program(context: Context, resource: Resource, short: dict[str, Any]) -> dict[str, Any]:
    """Image, command and directory of ``module``, of ``command``, or of an image that ``[containers]`` knows."""
    if "Module" in short and "Command" in short:
        raise context.error(resource.place("Container", "Command"), "there is a module already: give one of them.")
    if "Image" in short and "Module" not in short:
        command = {"command": listed(short["Command"])} if "Command" in short else {}
        return {"image": short["Image"], **command}
    folder = code_directory(context, resource, short.get("Code", "."))
    if "Module" in short:
        check_module(context, resource.place("Container", "Module"), short["Module"], folder)
        return {"image": PYTHON_IMAGE, "command": [short["Module"]], "workingDirectory": str(folder)}
    if "Command" not in short:
        raise context.error(resource.key, "a task needs a module, a command, or an image.")
    return {"image": COMMAND_IMAGE, "command": listed(short["Command"]), "workingDirectory": str(folder)}


def _variables(context: Context, resource: Resource) -> list[dict[str, str]]:
    key = resource.place("Container", "Environment")
    given = context.table(resource, "Container", "Environment")
    return [
        {"name": name, "value": context.references.fill(text(value), f"{key}.{name}")} for name, value in given.items()
    ]


def programs(context: Context, resources: Iterable[Resource]) -> dict[str, LocalProgram]:
    """What stands for images, by image or ``family/container``.  Raises StackError."""
    return {resource.name: _stand_in(context, resource) for resource in resources}


def _stand_in(context: Context, resource: Resource) -> LocalProgram:
    given = resource.properties
    folder = code_directory(context, resource, given.get("Code", "."))
    command = given.get("Command", [])
    if isinstance(command, str) or not all(isinstance(part, str) for part in listed(command)):
        raise context.error(resource.place("Command"), f"expected a list of texts, got {command!r}.")
    if "Module" in given:
        check_module(context, resource.place("Module"), given["Module"], folder)
        if command:
            raise context.error(resource.place("Command"), "there is a module already: give one of them.")
    return LocalProgram(str(folder), given.get("Module", ""), tuple(command))


def code_directory(context: Context, resource: Resource, code: object) -> Path:
    key = resource.place("Container", "Code")
    if not isinstance(code, str):
        raise context.error(key, f"expected a directory, got {code!r}.")
    folder = (context.directory / code).resolve()
    if not folder.is_dir():
        raise context.error(key, f"{folder} is not a directory.")
    return folder


def check_module(context: Context, key: str, module: object, folder: Path) -> None:
    """Raises StackError unless it is there: ``module:function``, or a module to be run."""
    if not isinstance(module, str) or not module:
        raise context.error(key, f"expected 'module:function' or a module, got {module!r}.")
    problem = problem_with(module, folder, "python") if ":" in module else problem_with_module(module, folder)
    if problem:
        raise context.error(key, problem)


def target(context: Context, resource: Resource, place: str) -> None:
    """A rule's target that runs tasks: on Fargate and in the cluster ``default`` unless it says otherwise."""
    properties, references = resource.properties, context.references
    cluster = properties.get("Arn", "default")
    default = str(Arn.of("ecs", references.region, references.account, "cluster/default"))
    properties["Arn"] = default if cluster == "default" else references.arn(cluster, ["cluster"], place)
    parameters = context.table(resource, "EcsParameters")
    key = resource.place("EcsParameters", "TaskDefinitionArn")
    definition = references.arn(parameters.get("TaskDefinitionArn"), ["task_definition"], key)
    network = {"awsvpcConfiguration": {"Subnets": ["subnet-1"]}}
    properties["EcsParameters"] = {
        "LaunchType": "FARGATE",
        "NetworkConfiguration": network,
        **parameters,
        "TaskDefinitionArn": definition,
    }
    properties.setdefault("RoleArn", f"arn:aws:iam::{references.account}:role/emulator")


def _tags(context: Context, resource: Resource) -> dict[str, Any]:
    tags = context.tags(resource)
    return {"tags": [{"key": name, "value": text(value)} for name, value in tags.items()]} if tags else {}


def _api(operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return api_members("ecs", operation, given)
