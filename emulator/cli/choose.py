"""What ``emulator up`` starts and how: flags win over ``EMULATOR_*`` variables, variables over the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from emulator.cli.options import DEFAULT_PORT
from emulator.core.settings import Settings
from emulator.stack.description import FILE_NAME, Stack
from emulator.stack.errors import StackError
from emulator.stack.settings import check_value, read_variables


class Choice(NamedTuple):
    """Everything that can be chosen for one emulator."""

    settings: Settings
    clock: str
    host: str
    port: int
    reload: bool


def read_stack(path: Path | None, tasks: Sequence[str]) -> Stack:
    """The described stack with the ``TYPE=MODULE:FUNCTION`` tasks of the command line; raises StackError."""
    if path is None and not tasks and Path(FILE_NAME).is_file():
        path = Path(FILE_NAME)
    stack = Stack.read(path) if path is not None else Stack(origin="command line")
    table: dict[str, str] = {}
    for task in tasks:
        name, _, handler = task.partition("=")
        if not name or not handler:
            raise StackError("command line", f"--task {task}", "expected TYPE=MODULE:FUNCTION.")
        table[name] = handler
    return stack.socket_tasks(table) if table else stack


def choose(stack: Stack, flags: Mapping[str, Any], environment: Mapping[str, str]) -> Choice:
    """``flags`` holds None for what was not given; raises StackError."""
    given = {name: value for name, value in flags.items() if value is not None}
    for name, value in given.items():
        check_value("command line", f"--{name}", name, value)
    chosen = {**stack.settings, **read_variables(environment), **given}
    house = {field.name: chosen[field.name] for field in fields(Settings) if field.name in chosen}
    return Choice(
        Settings(**house),
        chosen.get("clock", "real"),
        chosen.get("host", "127.0.0.1"),
        chosen.get("port", DEFAULT_PORT),
        chosen.get("reload", False),
    )
