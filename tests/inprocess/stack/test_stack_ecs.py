"""Clusters, task definitions and stand-ins for images in descriptions, and rules that run tasks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.app import Emulator
from emulator.core.settings import Settings
from emulator.services.ecs.programs import LocalProgram, LocalPrograms
from emulator.stack.description import Stack
from emulator.stack.errors import StackError

PROGRAM = "def main():\n    pass\n"


def deployed(document: dict[str, Any], directory: Path) -> tuple[dict[str, LocalProgram], list[dict[str, Any]]]:
    """What stands for images then, and the stack's task definitions as DescribeTaskDefinition shows them."""
    (directory / "work.py").write_text(PROGRAM)

    async def main() -> tuple[dict[str, LocalProgram], list[dict[str, Any]]]:
        emulator = Emulator(Settings(check_outputs=True), "manual", 1_700_000_000.0)
        await emulator.start(port=0)
        try:
            done = await emulator.deploy(Stack.from_document(document, directory, "stack.toml"))
            cause, shown = emulator.ground.new_cause(), []
            for family in done.task_definitions:
                answer = await emulator.operations(
                    "ecs",
                    "DescribeTaskDefinition",
                    {"taskDefinition": family},
                    account=emulator.settings.account,
                    region=emulator.settings.region,
                    cause=cause,
                )
                assert done.attributes[family]["Arn"] == answer["taskDefinition"]["taskDefinitionArn"]
                shown.append(answer["taskDefinition"])
            return emulator.ground.cloud.shared(LocalPrograms).programs, shown
        finally:
            await emulator.stop(drain=0)

    return asyncio.run(main())


def test_short_forms(tmp_path: Path) -> None:
    document = {
        "queues": {"jobs": {}},
        "task_definitions": {
            "zip": {
                "module": "work:main",
                "container": "main",
                "cpu": 512,
                "memory": "1 GB",
                "stop_timeout": 5,
                "environment": {"QUEUE": "${jobs.QueueUrl}", "LIMIT": 3},
                "secrets": {"PASSWORD": "/app/password"},
                "tags": {"team": "a"},
            },
            "shell": {"command": ["sh", "-c", "true"], "log_group": "/mine"},
            "plain": "work",
        },
    }
    _, (zipper, shell, plain) = deployed(document, tmp_path)
    (container,) = zipper["containerDefinitions"]
    assert (zipper["family"], zipper["cpu"], zipper["memory"], zipper["networkMode"]) == (
        "zip",
        "512",
        "1024",
        "awsvpc",
    )
    assert zipper["requiresCompatibilities"] == ["FARGATE"]
    assert (container["name"], container["image"], container["command"]) == ("main", "local/python", ["work:main"])
    assert (container["workingDirectory"], container["stopTimeout"]) == (str(tmp_path), 5)
    variables = {pair["name"]: pair["value"] for pair in container["environment"]}
    assert (variables["QUEUE"].rpartition("/")[2], variables["LIMIT"]) == ("jobs", "3")
    assert container["secrets"] == [{"name": "PASSWORD", "valueFrom": "/app/password"}]
    assert container["logConfiguration"]["options"]["awslogs-group"] == "/ecs/zip"
    (container,) = shell["containerDefinitions"]
    assert (container["name"], container["image"], container["command"]) == ("shell", "local", ["sh", "-c", "true"])
    assert container["logConfiguration"]["options"]["awslogs-group"] == "/mine"
    assert plain["containerDefinitions"][0]["command"] == ["work"]


def test_cloudformation_s_properties(tmp_path: Path) -> None:
    document = {
        "queues": {"jobs": {}},
        "task_definitions": {
            "web": {
                "Cpu": "1024",
                "Memory": "2048",
                "TaskRoleArn": "arn:aws:iam::000000000000:role/r",
                "ContainerDefinitions": [
                    {
                        "Name": "app",
                        "Image": "app:1",
                        "Command": ["--all"],
                        "Environment": [{"Name": "QUEUE", "Value": "${jobs.Name}"}],
                        "PortMappings": [{"ContainerPort": 8080}],
                        "DockerLabels": {"Keep": "Me"},
                    },
                    {"Name": "side", "Image": "side", "Essential": False},
                ],
            },
            "job": {"image": "app:1", "command": ["--once"]},
        },
        "containers": {"app:1": "work:main", "web/side": {"command": ["sleep", "9"]}, "files": {"code": "."}},
    }
    programs, (web, job) = deployed(document, tmp_path)
    app, side = web["containerDefinitions"]
    assert (app["image"], app["command"], app["environment"]) == (
        "app:1",
        ["--all"],
        [{"name": "QUEUE", "value": "jobs"}],
    )
    assert (app["dockerLabels"], side["essential"]) == ({"Keep": "Me"}, False)
    assert job["containerDefinitions"][0]["image"] == "app:1"
    folder = str(tmp_path)
    assert programs == {
        "app:1": LocalProgram(folder, module="work:main"),
        "web/side": LocalProgram(folder, command=("sleep", "9")),
        "files": LocalProgram(folder),
    }


def test_a_rule_that_runs_a_task(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(PROGRAM)
    task = {"task_definition": "zip", "cluster": "night", "input": {"containerOverrides": []}}
    document = {
        "clusters": {"night": {"tags": {"a": "b"}}},
        "task_definitions": {"zip": "work:main"},
        "rules": {
            "nightly": {"schedule": "rate(1 day)", "target": task},
            "plain": {"pattern": {"source": ["a"]}, "targets": [{"task_definition": "zip"}]},
        },
    }

    async def main() -> list[dict[str, Any]]:
        emulator = Emulator(Settings(check_outputs=True), "manual", 1_700_000_000.0)
        await emulator.start(port=0)
        try:
            await emulator.deploy(Stack.from_document(document, tmp_path, "stack.toml"))
            found = []
            for rule in document["rules"]:
                answer = await emulator.operations(
                    "events",
                    "ListTargetsByRule",
                    {"Rule": rule},
                    account=emulator.settings.account,
                    region=emulator.settings.region,
                    cause=emulator.ground.new_cause(),
                )
                found += answer["Targets"]
            return found
        finally:
            await emulator.stop(drain=0)

    nightly, plain = asyncio.run(main())
    arn = "arn:aws:ecs:us-east-1:000000000000"
    assert (nightly["Arn"], plain["Arn"]) == (f"{arn}:cluster/night", f"{arn}:cluster/default")
    assert json.loads(nightly["Input"]) == {"containerOverrides": []}
    assert nightly["EcsParameters"]["TaskDefinitionArn"] == f"{arn}:task-definition/zip:1"
    assert nightly["EcsParameters"]["LaunchType"] == "FARGATE"


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"task_definitions": {"z": {"modul": "work:main"}}},
        "task_definitions.z.modul: unknown key. Did you mean 'module'?",
    ),
    ({"task_definitions": {"z": {"module": "work:mian"}}}, "task_definitions.z.module: module 'work'"),
    ({"task_definitions": {"z": {"module": "wrok"}}}, "task_definitions.z.module: there is no module 'wrok'"),
    ({"task_definitions": {"z": {}}}, "task_definitions.z: a task needs a module, a command, or an image."),
    (
        {"task_definitions": {"z": {"module": "work", "command": ["a"]}}},
        "task_definitions.z.command: there is a module",
    ),
    ({"task_definitions": {"z": {"command": ["a"], "code": "nowhere"}}}, "task_definitions.z.code: "),
    ({"task_definitions": {"z": {"command": ["a"], "stop_timeout": "x"}}}, "task_definitions.z.stop_timeout: expected"),
    (
        {"task_definitions": {"z": {"command": ["a"], "ContainerDefinitions": []}}},
        "task_definitions.z.command: ContainerDefinitions are given",
    ),
    (
        {"task_definitions": {"z": {"ContainerDefinitions": [{"Nam": "x"}]}}},
        "task_definitions.z.ContainerDefinitions",
    ),
    ({"containers": {"i": {"comand": ["a"]}}}, "containers.i.comand: unknown key. Did you mean 'command'?"),
    ({"containers": {"i": {"command": "a b"}}}, "containers.i.command: expected a list of texts"),
    ({"containers": {"i": "nowhere:main"}}, "containers.i.module: "),
    ({"clusters": {"c": {"tag": {}}}}, "clusters.c.tag: unknown key. Did you mean 'tags'?"),
    (
        {"rules": {"r": {"schedule": "rate(1 day)", "target": {"task_definition": "nobody"}}}},
        "rules.r.target.task_definition: there is no task_definition 'nobody' here",
    ),
]


@pytest.mark.parametrize(("document", "text"), WRONG, ids=[text[:40] for _, text in WRONG])
def test_wrong_keys_are_named(tmp_path: Path, document: dict[str, Any], text: str) -> None:
    with pytest.raises(StackError) as error:
        deployed(document, tmp_path)
    assert text in str(error.value)
