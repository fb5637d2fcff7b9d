"""The construct ``[socket_tasks]``: one table of task types becomes the whole SocketTasks system.

Frame → ``task-submit`` → bus → rule → task function (asynchronous, retried) → destination record → ``notify`` queue →
``task-notify`` → ``@connections`` → frame.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import emulator.constructs.socket_tasks
from emulator.stack.description import Stack, handler_path
from emulator.stack.errors import StackError
from emulator.stack.schema import TASK
from emulator.stack.section import Resource

CODE = Path(emulator.constructs.socket_tasks.__file__).parent
DEFAULTS: dict[str, Any] = {
    "Name": "dev-tasks-socket",
    "Stage": "dev",
    "Bus": "tasksbus",
    "Queue": "notify",
    "Timeout": 3,
    "Code": ".",
    "Environment": {},
}
SUBMIT, NOTIFY = "task-submit", "task-notify"


def expand(stack: Stack) -> Stack:
    """The description with the construct replaced by the resources it stands for; the given one stays as it is."""
    if stack.construct is None:
        return stack
    sections = {title: dict(section) for title, section in stack.sections.items()}
    expanded = dataclasses.replace(stack, sections=sections, construct=None)
    _Construct(expanded, stack.construct).add_all()
    return expanded


class _Construct:
    def __init__(self, stack: Stack, table: Resource) -> None:
        self._stack = stack
        self._key = table.key
        self._given: dict[str, Any] = {**DEFAULTS, **table.properties}
        self._own = table.properties

    def add_all(self) -> None:
        tasks = self._given.get("Tasks")
        if not isinstance(tasks, Mapping) or not tasks:
            raise self._error("tasks", 'give at least one task: tasks = { "type" = "module:function" }.')
        if not isinstance(self._given["Environment"], Mapping):
            raise self._error("environment", f"expected a table of variables, got {self._given['Environment']!r}.")
        for name in ("Name", "Stage", "Bus", "Queue"):
            if not isinstance(self._given[name], str):
                raise self._error(name.lower(), f"expected a text, got {self._given[name]!r}.")
        api, bus, queue = (self._given[name] for name in ("Name", "Bus", "Queue"))
        self._add("buses", bus, {})
        self._add("queues", queue, {})
        for task, definition in tasks.items():
            self._add_task(task, definition)
        self._add_own(SUBMIT, "Submit", {"TASK_BUS": bus})
        self._add_own(NOTIFY, "Notify", {"WEBSOCKET_API": f"${{websocket_api:{api}.Endpoint}}"})
        mapping = {"queue": queue, "function": NOTIFY, "report_batch_item_failures": True}
        self._add("mappings", NOTIFY, mapping)
        self._add("websocket_apis", api, {"stage": self._given["Stage"], "routes": {SUBMIT: SUBMIT}})

    def _add(self, title: str, name: str, table: Mapping[str, Any], key: str = "") -> None:
        self._stack.add(title, name, table, key or self._key)

    def _error(self, name: str, problem: str) -> StackError:
        return StackError(self._stack.origin, f"{self._key}.{name}", problem)

    def _add_own(self, function: str, part: str, variables: Mapping[str, str]) -> None:
        """One of the construct's two functions, or the user's replacement for it."""
        environment = {**variables, **self._given["Environment"]}
        if part in self._own:
            table = {"handler": handler_path(self._own[part]), "code": self._given["Code"], "environment": environment}
        else:
            table = {"handler": f"{part.lower()}.handler", "code": str(CODE), "environment": environment}
        self._add("functions", function, table, f"{self._key}.{part.lower()}")

    def _add_task(self, task: str, definition: Any) -> None:
        key = f"{self._key}.tasks.{task}"
        table = definition if isinstance(definition, Mapping) else {"handler": definition}
        resource = TASK.read(self._stack.origin, task, key, table)
        properties = resource.properties
        types = properties.pop("Types", [task])
        properties["Handler"] = handler_path(properties.get("Handler", ""))
        properties.setdefault("Timeout", self._given["Timeout"])
        properties.setdefault("Code", self._given["Code"])
        variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
        properties["Environment"]["Variables"] = {**self._given["Environment"], **variables}
        records = {"Destination": f"queue:{self._given['Queue']}"}
        invoke = properties.setdefault("EventInvokeConfig", {})
        destinations = invoke.setdefault("DestinationConfig", {})
        for side in ("OnSuccess", "OnFailure"):
            destinations.setdefault(side, records)
        function = function_name(task)
        functions = self._stack.sections["functions"]
        if function in functions:
            raise StackError(self._stack.origin, key, f"there is a function {function!r} already.")
        functions[function] = dataclasses.replace(resource, name=function)
        target = {"Id": "Target0", "Arn": f"function:{function}"}
        self._add(
            "rules", function, {"bus": self._given["Bus"], "pattern": {"detail-type": types}, "target": target}, key
        )


def function_name(task: str) -> str:
    """A task's type as a function name: other characters than letters, digits, ``-`` and ``_`` become ``-``."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in task)[:64]
