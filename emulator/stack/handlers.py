"""Does a handler exist?  Looked up without importing it, so that a wrong name is told before anything starts."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

from emulator.stack.errors import nearest


def split_handler(handler: str) -> tuple[str, str] | None:
    """Module path and attribute of ``pkg.mod:fn``, ``pkg/mod.fn`` or ``mod.fn``; None when it has neither form."""
    module, colon, attribute = handler.partition(":")
    if not colon:
        module, dot, attribute = handler.rpartition(".")
        if not dot:
            return None
    return (module.replace("/", "."), attribute) if module and attribute else None


def problem_with(handler: str, directory: Path) -> str:
    """What is wrong with a Python handler path looked up from ``directory``; ``""`` when it can be found."""
    parts = split_handler(handler)
    if parts is None:
        return f"{handler!r} is not a handler: use 'package.module:function' or AWS's 'module.function'."
    module, attribute = parts
    loaded = sys.modules.get(module)
    if loaded is not None and hasattr(loaded, attribute):
        return ""
    source = _find(module, directory)
    if isinstance(source, str):
        return source
    names = _names(source)
    if names is None or attribute in names:
        return ""
    return f"module {module!r} ({source}) has no {attribute!r}.{nearest(attribute, names)}"


def _find(module: str, directory: Path) -> Path | str:
    """The module's file, or what is wrong."""
    path = [str(directory), *sys.path]
    walked = ""
    for component in module.split("."):
        spec = PathFinder.find_spec(component, path)
        if spec is None:
            where = f"package {walked!r}" if walked else str(directory)
            problem = f"there is no module {module!r}: {component!r} is not in {where}."
            return problem + nearest(component, _modules(path[:1]))
        walked = f"{walked}.{component}" if walked else component
        path = list(spec.submodule_search_locations or ())
    if spec is None or spec.origin is None or not isinstance(spec.loader, SourceFileLoader):
        return f"{module!r} is a package without code: name the module that holds the function."
    return Path(spec.origin)


def _modules(path: list[str]) -> Iterator[str]:
    for entry in path:
        folder = Path(entry or ".")
        if folder.is_dir():
            for item in folder.iterdir():
                if item.suffix == ".py":
                    yield item.stem
                elif item.is_dir() and item.name.isidentifier() and not item.name.startswith("_"):
                    yield item.name


def _names(source: Path) -> set[str] | None:
    """Names that a module defines at its top; None when that cannot be told from its text."""
    try:
        tree = ast.parse(source.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return None  # the runtime will answer with AWS's error for it
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return None
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return None if "__getattr__" in names else names
