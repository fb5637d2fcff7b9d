"""The construct ``[socket_tasks]``: one table of task types becomes the whole SocketTasks system.

Frame → ``task-submit`` → bus → rule → task function (asynchronous, retried) → destination record → ``notify`` queue →
``task-notify`` → ``@connections`` → frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import emulator.constructs.socket_tasks
from emulator.stack.description import Stack, handler_path
from emulator.stack.errors import StackError
from emulator.stack.schema import TASK

CODE = Path(emulator.constructs.socket_tasks.__file__).parent
DEFAULTS = {"Stage": "dev", "Name": "dev-tasks-socket", "Bus": "tasksbus", "Queue": "notify", "Timeout": 3}


def expand(stack: Stack) -> None:
    """Replace the construct by the resources it stands for."""
    for properties in stack.socket_tasks_properties:
        _expand_one(stack, {**DEFAULTS, **properties})
    stack.socket_tasks_properties = []


def _expand_one(stack: Stack, properties: Mapping[str, Any]) -> None:
    name, bus, queue = properties["Name"], properties["Bus"], properties["Queue"]
    tasks = properties.get("Tasks")
    if not isinstance(tasks, Mapping) or not tasks:
        raise StackError(
            stack.origin, "socket_tasks.tasks", 'give at least one task: tasks = { "type" = "module:function" }.'
        )
    stack.bus(bus)
    stack.queue(queue)
    for task, definition in tasks.items():
        _add_task(stack, task, definition, properties)
    stack._add(
        "functions",
        "task-submit",
        {
            "Handler": properties.get("Submit", "submit.handler"),
            **_code(properties, "Submit"),
            "Environment": {"Variables": {"TASK_BUS": bus, **properties.get("Environment", {})}},
        },
    )
    stack._add(
        "functions",
        "task-notify",
        {
            "Handler": properties.get("Notify", "notify.handler"),
            **_code(properties, "Notify"),
            "Environment": {
                "Variables": {"WEBSOCKET_API": f"${{{name}.Endpoint}}", **properties.get("Environment", {})}
            },
        },
    )
    stack.mapping("task-notify", queue=queue, function="task-notify", report_batch_item_failures=True)
    stack.websocket_api(name, stage=properties["Stage"], routes={"task-submit": "task-submit"})


def _code(properties: Mapping[str, Any], own: str) -> dict[str, Any]:
    if own in properties:
        return {"Code": properties["Code"]} if "Code" in properties else {}
    return {"Code": str(CODE)}


def _add_task(stack: Stack, task: str, definition: Any, properties: Mapping[str, Any]) -> None:
    key = f"socket_tasks.tasks.{task}"
    if not isinstance(definition, Mapping):
        definition = {"handler": definition}
    table = TASK.normalise(stack.origin, key, definition)
    if "Handler" not in table:
        raise StackError(stack.origin, key, "a task needs a handler.")
    table["Handler"] = handler_path(table["Handler"])  # type: ignore[arg-type]
    types = table.pop("Types", [task])
    table.setdefault("Timeout", properties["Timeout"])
    if "Code" in properties:
        table.setdefault("Code", properties["Code"])
    invoke = table.setdefault("EventInvokeConfig", {})
    assert isinstance(invoke, dict)
    queue = f"queue:{properties['Queue']}"
    invoke.setdefault("DestinationConfig", {"OnSuccess": {"Destination": queue}, "OnFailure": {"Destination": queue}})
    function = _function_name(task)
    stack._add("functions", function, table)
    stack.rule(
        function,
        bus=properties["Bus"],
        pattern={"detail-type": types},
        targets=[{"Id": "Target0", "Arn": f"function:{function}"}],
    )


def _function_name(task: str) -> str:
    """A task's type as a function name: other characters than letters, digits, ``-`` and ``_`` become ``-``."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in task)[:64]
