"""A stack description: read from ``stack.toml`` or built in Python, in one form."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.stack.errors import StackError, nearest
from emulator.stack.schema import RESOURCE_SECTIONS, SETTINGS, SOCKET_TASKS

Properties = dict[str, Any]
FILE_NAME = "stack.toml"


@dataclass
class Stack:
    """Resources by section and name, in CloudFormation's properties.

    ``directory`` is where handlers are looked for; ``origin`` is what errors name.  The methods are the Python face of
    the sections: ``Stack().function("report", handler="my.module:handler", timeout=3)``.
    """

    directory: Path = field(default_factory=Path.cwd)
    origin: str = "stack"
    settings: Properties = field(default_factory=dict)
    sections: dict[str, dict[str, Properties]] = field(
        default_factory=lambda: {title: {} for title in RESOURCE_SECTIONS}
    )
    socket_tasks_properties: list[Properties] = field(default_factory=list)

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
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise StackError(str(path), "", f"not TOML: {error}.") from None
        return cls.from_document(document, path.parent.resolve(), str(path))

    @classmethod
    def from_document(cls, document: Mapping[str, Any], directory: Path, origin: str) -> Stack:
        """Check a parsed document against the schema."""
        stack = cls(directory, origin)
        known = [*RESOURCE_SECTIONS, "socket_tasks", "emulator"]
        for title, content in document.items():
            if title not in known:
                raise StackError(origin, title, f"unknown section.{nearest(title, known)}")
            if not isinstance(content, dict):
                raise StackError(origin, title, f"expected a table, got {content!r}.")
            if title == "emulator":
                stack._settings(content)
            elif title == "socket_tasks":
                stack._add_socket_tasks(content)
            else:
                for name, table in content.items():
                    stack._add(title, name, table)
        return stack

    def _settings(self, content: Mapping[str, Any]) -> None:
        for key, value in content.items():
            kind = SETTINGS.get(key)
            if kind is None:
                raise StackError(self.origin, f"emulator.{key}", f"unknown setting.{nearest(key, SETTINGS)}")
            wide = (int, float) if kind is float else kind
            if not isinstance(value, wide) or (isinstance(value, bool) and kind is not bool):
                raise StackError(self.origin, f"emulator.{key}", f"expected {kind.__name__}, got {value!r}.")
            self.settings[key] = value

    def _add(self, title: str, name: str, table: object) -> Stack:
        section = RESOURCE_SECTIONS[title]
        if title == "functions" and isinstance(table, str):
            table = {"handler": table}
        if name in self.sections[title]:
            raise StackError(self.origin, f"{title}.{name}", "defined twice.")
        self.sections[title][name] = section.normalise(self.origin, f"{title}.{name}", table)
        return self

    def _add_socket_tasks(self, table: object) -> Stack:
        self.socket_tasks_properties.append(SOCKET_TASKS.normalise(self.origin, "socket_tasks", table))
        return self

    # The Python face: keyword arguments are the short forms or CloudFormation's properties.

    def function(self, name: str, handler: str | Callable[..., Any], **properties: Any) -> Stack:
        return self._add("functions", name, {"handler": handler_path(handler), **properties})

    def queue(self, name: str, **properties: Any) -> Stack:
        return self._add("queues", name, properties)

    def bus(self, name: str, **properties: Any) -> Stack:
        return self._add("buses", name, properties)

    def rule(self, name: str, **properties: Any) -> Stack:
        return self._add("rules", name, properties)

    def mapping(self, name: str, **properties: Any) -> Stack:
        return self._add("mappings", name, properties)

    def websocket_api(self, name: str, **properties: Any) -> Stack:
        return self._add("websocket_apis", name, properties)

    def socket_tasks(self, tasks: Mapping[str, Any], **properties: Any) -> Stack:
        """The whole SocketTasks system: ``tasks`` maps task types to handlers (paths, functions, or tables)."""
        return self._add_socket_tasks({"tasks": dict(tasks), **properties})


def handler_path(handler: str | Callable[..., Any]) -> str:
    """``module:function`` of a function object; a path stays as it is."""
    if isinstance(handler, str):
        return handler
    name = getattr(handler, "__qualname__", "")
    if not name or "<" in name or "." in name:
        raise StackError("stack", "handler", f"{handler!r} cannot be imported by name: define it at module level.")
    return f"{handler.__module__}:{name}"
