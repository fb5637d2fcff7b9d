"""A stack description: read from ``stack.toml`` or built in Python, in one form."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.stack.errors import StackError, nearest
from emulator.stack.schema import RESOURCE_SECTIONS, SOCKET_TASKS
from emulator.stack.section import Resource
from emulator.stack.settings import read_table

FILE_NAME = "stack.toml"
SHORTEST = {
    "functions": "handler",
    "task_definitions": "module",
    "containers": "module",
    "state_machines": "definition",
}
"""Sections whose resources may be a text alone, and which key it stands for."""
SECTIONS = (*RESOURCE_SECTIONS, "socket_tasks", "emulator")


@dataclass
class Stack:
    """Resources by section and name.

    ``directory`` is where handlers are looked for; ``origin`` is what errors name.  The methods are the Python face of
    the sections and chain: ``Stack().queue("jobs").function("work", handler="my.module:handler", timeout=3)``.
    """

    directory: Path = field(default_factory=Path.cwd)
    origin: str = "stack"
    settings: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, dict[str, Resource]] = field(default_factory=lambda: {title: {} for title in RESOURCE_SECTIONS})
    construct: Resource | None = None
    """The ``[socket_tasks]`` table."""

    @classmethod
    def read(cls, path: Path | str) -> Stack:
        """Read a file, or ``stack.toml`` in a directory.  Raises StackError."""
        path = Path(path)
        if path.is_dir():
            path = path / FILE_NAME
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StackError(str(path), "", "there is no such file.") from None
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise StackError(str(path), "", f"cannot be read: {error}.") from None
        return cls.from_document(document, path.parent.resolve(), str(path))

    @classmethod
    def from_document(cls, document: Mapping[str, Any], directory: Path, origin: str) -> Stack:
        """Check a parsed document against the schema; raises StackError."""
        stack = cls(directory, origin)
        for title, content in document.items():
            if title not in SECTIONS:
                raise StackError(origin, title, f"unknown section.{nearest(title, SECTIONS)}")
            if not isinstance(content, dict):
                raise StackError(origin, title, f"expected a table, got {content!r}.")
            if title == "emulator":
                stack.settings = read_table(origin, content)
            elif title == "socket_tasks":
                stack.construct = SOCKET_TASKS.read(origin, title, title, content)
            else:
                for name, table in content.items():
                    stack.add(title, name, table)
        return stack

    def add(self, title: str, name: str, table: object, key: str = "") -> Stack:
        """Add a resource to a section; ``key`` is what errors name (default ``title.name``)."""
        key = key or f"{title}.{name}"
        if title in SHORTEST and isinstance(table, str):
            table = {SHORTEST[title]: table}
        if name in self.sections[title]:
            raise StackError(self.origin, key, f"there is a resource {name!r} in {title} already.")
        self.sections[title][name] = RESOURCE_SECTIONS[title].read(self.origin, name, key, table)
        return self

    # The Python face: keyword arguments are the short forms or CloudFormation's properties.

    def function(self, name: str, handler: str | Callable[..., Any], **properties: Any) -> Stack:
        return self.add("functions", name, {"handler": handler_path(handler), **properties})

    def queue(self, name: str, **properties: Any) -> Stack:
        return self.add("queues", name, properties)

    def table(self, name: str, **properties: Any) -> Stack:
        return self.add("tables", name, properties)

    def topic(self, name: str, **properties: Any) -> Stack:
        return self.add("topics", name, properties)

    def bucket(self, name: str, **properties: Any) -> Stack:
        return self.add("buckets", name, properties)

    def bus(self, name: str, **properties: Any) -> Stack:
        return self.add("buses", name, properties)

    def rule(self, name: str, **properties: Any) -> Stack:
        return self.add("rules", name, properties)

    def mapping(self, name: str, **properties: Any) -> Stack:
        return self.add("mappings", name, properties)

    def pipe(self, name: str, **properties: Any) -> Stack:
        return self.add("pipes", name, properties)

    def cluster(self, name: str, **properties: Any) -> Stack:
        return self.add("clusters", name, properties)

    def task_definition(self, name: str, **properties: Any) -> Stack:
        return self.add("task_definitions", name, properties)

    def container(self, image: str, **properties: Any) -> Stack:
        """A program that stands for an image, or for ``family/container``."""
        return self.add("containers", image, properties)

    def state_machine(self, name: str, **properties: Any) -> Stack:
        return self.add("state_machines", name, properties)

    def activity(self, name: str, **properties: Any) -> Stack:
        return self.add("activities", name, properties)

    def websocket_api(self, name: str, **properties: Any) -> Stack:
        return self.add("websocket_apis", name, properties)

    def http_api(self, name: str, **properties: Any) -> Stack:
        return self.add("http_apis", name, properties)

    def rest_api(self, name: str, **properties: Any) -> Stack:
        return self.add("rest_apis", name, properties)

    def socket_tasks(self, tasks: Mapping[str, Any], **properties: Any) -> Stack:
        """The whole SocketTasks system: ``tasks`` maps task types to handlers (paths, functions, or tables).

        Where the description has one already, the tasks join it; properties may then not be given.
        """
        if self.construct is None:
            table = {"tasks": dict(tasks), **properties}
            self.construct = SOCKET_TASKS.read(self.origin, "socket_tasks", "socket_tasks", table)
            return self
        if properties:
            raise StackError(self.origin, "socket_tasks", "there is one already: only tasks can be added.")
        known = self.construct.properties.setdefault("Tasks", {})
        for task, definition in tasks.items():
            if task in known:
                raise StackError(self.origin, f"socket_tasks.tasks.{task}", "there is such a task already.")
            known[task] = definition
        return self


def handler_path(handler: str | Callable[..., Any]) -> str:
    """``module:function`` of a function object; a path stays as it is."""
    if not callable(handler):
        return handler
    name = getattr(handler, "__qualname__", "")
    if not name or "<" in name or "." in name:
        raise StackError("stack", "handler", f"{handler!r} cannot be imported by name: define it at module level.")
    return f"{handler.__module__}:{name}"
