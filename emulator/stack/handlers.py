"""Does a handler exist?  Looked up without importing it, so that a wrong name is told before anything starts."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path

from emulator.stack.errors import nearest

FORMS = "use 'package.module:function' or AWS's 'module.function'"
NODE_SUFFIXES = (".mjs", ".cjs", ".js")
NODE_RUNTIME = "nodejs22.x"


def default_runtime(handler: str, directory: Path) -> str:
    """Node when the handler's file is JavaScript, otherwise this Python."""
    return NODE_RUNTIME if _node_file(handler, directory) else f"python3.{sys.version_info.minor}"


def problem_with(handler: str, directory: Path, runtime: str) -> str:
    """What is wrong with a handler looked up from ``directory``; ``""`` when it is there, or nobody can tell."""
    file, colon, function = handler.partition(":")
    if colon and file.endswith(NODE_SUFFIXES):
        return f"a handler in JavaScript is written file.function: '{Path(file).with_suffix('')}.{function}'."
    if runtime.startswith("nodejs"):
        return _node_problem(handler, directory)
    return _python_problem(handler, directory) if runtime.startswith("python") else ""


def problem_with_module(module: str, directory: Path) -> str:
    """The same for a Python module that is run as a whole."""
    if not all(part.isidentifier() for part in module.split(".")):
        return f"{module!r} is not a module: use 'package.module', or 'package.module:function'."
    found = _find_module(module, directory)
    return found if isinstance(found, str) else ""


def _node_file(handler: str, directory: Path) -> Path | None:
    stem = handler.rpartition(".")[0]
    candidates = [directory / f"{stem}{suffix}" for suffix in NODE_SUFFIXES] if stem else []
    return next((path for path in candidates if path.is_file()), None)


def _node_problem(handler: str, directory: Path) -> str:
    if _node_file(handler, directory):
        return ""
    stem = handler.rpartition(".")[0]
    folder = (directory / stem).parent
    names = [path.stem for path in folder.iterdir() if path.suffix in NODE_SUFFIXES] if folder.is_dir() else []
    hint = nearest(Path(stem).name, names)
    return f"there is no {stem or handler}.mjs, .cjs or .js in {directory}.{hint}"


def _python_problem(handler: str, directory: Path) -> str:
    module, colon, attribute = handler.partition(":")
    if not colon:
        module, _, attribute = handler.rpartition(".")
    module = module.replace("/", ".")
    if not attribute.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        return f"{handler!r} is not a handler: {FORMS}."
    if hasattr(sys.modules.get(module), attribute):
        return ""
    found = _find_module(module, directory)
    if isinstance(found, str):
        return found
    names = _names(Path(found.origin)) if found.origin and isinstance(found.loader, SourceFileLoader) else None
    if names is None or attribute in names:
        return ""
    return f"module {module!r} ({found.origin}) has no {attribute!r}.{nearest(attribute, names)}"


def _find_module(module: str, directory: Path) -> ModuleSpec | str:
    """The module's spec, or what is wrong."""
    path = [str(directory), *sys.path]
    spec: ModuleSpec | None = None
    walked = ""
    for part in module.split("."):
        spec = PathFinder.find_spec(part, path)
        if spec is None:
            where = f"package {walked!r}" if walked else directory
            return f"there is no module {module!r}: {part!r} is not in {where}.{nearest(part, _modules(path[:1]))}"
        walked = f"{walked}.{part}" if walked else part
        path = list(spec.submodule_search_locations or ())
    if spec is None or spec.loader is None or (spec.origin is None and spec.submodule_search_locations):
        return f"{module!r} is a package without code: name the module that holds the function."
    return spec


def _modules(path: list[str]) -> Iterator[str]:
    for folder in map(Path, path):
        for item in folder.iterdir() if folder.is_dir() else ():
            if item.suffix == ".py" and item.stem.isidentifier() and item.stem != "__init__":
                yield item.stem
            elif item.is_dir() and item.name.isidentifier() and not item.name.startswith("_"):
                yield item.name


def _names(source: Path) -> set[str] | None:
    """Names that a module defines at its top; None when its text cannot tell."""
    try:
        tree = ast.parse(source.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return None  # the runtime will answer with AWS's error for it
    names: set[str] = set()
    for node in _top_level(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return None if names & {"*", "__getattr__"} else names


def _top_level(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that runs when the module is imported: not the bodies of functions and classes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _top_level(child)
