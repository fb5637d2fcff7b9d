"""ECS's decisions: names, sizes, overrides, what an image's program is."""

from __future__ import annotations

import pytest

from emulator.services.ecs.errors import CannotStartError
from emulator.services.ecs.fargate import fits, plain_size
from emulator.services.ecs.names import Revision, cluster_name, revision, task_id
from emulator.services.ecs.order import overridden
from emulator.services.ecs.programs import Chosen, LocalProgram, LocalPrograms, choose

ARN = "arn:aws:ecs:us-east-1:123456789012"


@pytest.mark.parametrize(
    ("text", "name"), [(None, "default"), ("", "default"), ("zip", "zip"), (f"{ARN}:cluster/zip", "zip")]
)
def test_cluster_names(text: str | None, name: str) -> None:
    assert cluster_name(text) == name


@pytest.mark.parametrize(
    ("text", "found"),
    [("abc", ("", "abc")), (f"{ARN}:task/zip/abc", ("zip", "abc")), (f"{ARN}:task/abc", ("", "abc"))],
)
def test_task_ids(text: str, found: tuple[str, str]) -> None:
    assert task_id(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("f", Revision("f", None)), ("f:3", Revision("f", 3)), (f"{ARN}:task-definition/f:3", Revision("f", 3))],
)
def test_revisions(text: str, found: Revision) -> None:
    assert revision(text) == found


@pytest.mark.parametrize(
    ("text", "size"),
    [("256", "256"), ("1 vCPU", "1024"), (".5GB", None), ("0.5GB", "512"), ("30 gb", "30720"), ("x", None), ("", None)],
)
def test_sizes(text: str, size: str | None) -> None:
    assert plain_size(text) == size


@pytest.mark.parametrize(
    ("cpu", "memory", "possible"),
    [
        ("256", "512", True),
        ("256", "2048", True),
        ("256", "3072", False),
        ("512", "512", False),
        ("1024", "8192", True),
        ("4096", "30720", True),
        ("8192", "18432", False),
        ("16384", "122880", True),
        ("300", "512", False),
    ],
)
def test_fargate_has_these_sizes_only(cpu: str, memory: str, possible: bool) -> None:
    assert fits(cpu, memory) is possible


def pair(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def test_overrides_replace_the_command_and_merge_the_environment() -> None:
    definition = {"name": "c", "command": ["a"], "cpu": 1, "environment": [pair("A", "1"), pair("B", "1")]}
    override = {"name": "c", "command": ["b", "c"], "memory": 5, "environment": [pair("B", "2"), pair("C", "3")]}
    assert overridden(definition, override) == {
        "name": "c",
        "command": ["b", "c"],
        "cpu": 1,
        "memory": 5,
        "environment": [pair("A", "1"), pair("B", "2"), pair("C", "3")],
    }


PROGRAMS = LocalPrograms(
    {
        "reg:5000/zip": LocalProgram("/zip", module="zip:main"),
        "reg:5000/zip:old": LocalProgram("/old", command=("old",)),
        "f/mine": LocalProgram("/mine"),
    }
)


@pytest.mark.parametrize(
    ("name", "image", "chosen"),
    [
        ("c", "reg:5000/zip:3", Chosen("zip:main", ("x", "y"), "/zip")),
        ("c", "reg:5000/zip@sha256:abc", Chosen("zip:main", ("x", "y"), "/zip")),
        ("c", "reg:5000/zip:old", Chosen("", ("old", "x", "y"), "/old")),
        ("mine", "reg:5000/zip", Chosen("", ("entry", "x", "y"), "/mine")),
        ("c", "local", Chosen("", ("entry", "x", "y"), "/app")),
        ("c", "local/python", Chosen("entry", ("x", "y"), "/app")),
    ],
)
def test_the_program_of_an_image(name: str, image: str, chosen: Chosen) -> None:
    definition = {"name": name, "image": image, "entryPoint": ["entry"], "command": ["x", "y"]}
    assert choose(PROGRAMS, "f", {**definition, "workingDirectory": "/app"}) == chosen


def test_an_image_that_nobody_knows() -> None:
    with pytest.raises(CannotStartError, match=r"CannotPullContainerError: .*\[containers\]"):
        choose(PROGRAMS, "f", {"name": "c", "image": "reg:5000/zipper:3"})
