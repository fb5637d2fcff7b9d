"""What a container runs on this machine: its image's program, as the user has named it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.services.ecs.errors import CannotStartError

COMMAND_IMAGE, PYTHON_IMAGE = "local", "local/python"
"""Images of the emulator's own: ``entryPoint`` and ``command`` are a command line, or ``module:function`` and its
arguments, in ``workingDirectory``."""
HELP = (
    "name its program in [containers] of stack.toml, or use the image 'local' or 'local/python' "
    "(aws-task-emulator, docs/ecs.md)"
)


@dataclass(frozen=True, slots=True)
class LocalProgram:
    """Stands for an image.

    ``module`` (``module:function`` or a module) or ``command`` are its entry point, the container's own command follows
    as arguments.  With neither, ``directory`` alone stands for the image's file system: the container's entry point and
    command are run there.
    """

    directory: str
    module: str = ""
    command: tuple[str, ...] = ()


@dataclass(slots=True)
class LocalPrograms:
    """By image, with or without tag, or by ``family/container``; for all accounts."""

    programs: dict[str, LocalProgram] = field(default_factory=dict)

    def find(self, family: str, container: str, image: str) -> LocalProgram | None:
        keys = (f"{family}/{container}", image, _without_tag(image))
        return next((self.programs[key] for key in keys if key in self.programs), None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is run: Python code with arguments, or (without ``module``) a command line.  ``directory`` ``""``: the
    emulator's own."""

    module: str
    arguments: tuple[str, ...]
    directory: str


def choose(programs: LocalPrograms, family: str, definition: Mapping[str, Any]) -> Chosen:
    """The program of a container with its overrides applied.  Raises CannotStartError."""
    image = definition["image"]
    program = programs.find(family, definition["name"], image)
    entry, command = tuple(definition.get("entryPoint") or ()), tuple(definition.get("command") or ())
    if program is not None and program.module:
        return Chosen(program.module, command, program.directory)
    if program is not None:
        line = (*program.command, *command) if program.command else (*entry, *command)
        return _line("", line, program.directory, image)
    if image not in (COMMAND_IMAGE, PYTHON_IMAGE):
        raise CannotStartError(f"CannotPullContainerError: there is no image {image} here: {HELP}")
    chosen = _line("", (*entry, *command), definition.get("workingDirectory") or "", image)
    if image == COMMAND_IMAGE:
        return chosen
    return Chosen(chosen.arguments[0], chosen.arguments[1:], chosen.directory)


def _line(module: str, arguments: tuple[str, ...], directory: str, image: str) -> Chosen:
    if not arguments:
        raise CannotStartError(f"CannotStartContainerError: no command specified for the image {image}")
    return Chosen(module, arguments, directory)


def _without_tag(image: str) -> str:
    """``registry:5000/name`` of ``registry:5000/name:tag`` and of ``registry:5000/name@sha256:…``."""
    path, slash, name = image.partition("@")[0].rpartition("/")
    return path + slash + name.partition(":")[0]
