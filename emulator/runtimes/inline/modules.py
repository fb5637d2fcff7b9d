"""Handlers imported into the emulator's own process.

A directory that Python already searches (``sys.path``), and every ``pkg.mod:fn``, is imported as it is: two functions
of one module share it, and ``monkeypatch`` and breakpoints meet the same objects as the test.  Any other directory is a
task root of its own: its modules are kept apart, so that the ``index`` of two functions are two modules.  Only imports
at load time are kept apart; a sibling that is first imported inside a running handler needs a unique name.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from types import ModuleType

from emulator.runtimes.base import FunctionSpec
from emulator.runtimes.bootstraps.python_contract import Handler, resolve_handler
from emulator.runtimes.worker_spec import python_paths


class TaskRoot:
    """The modules of one directory, as one version of its code."""

    def __init__(self, directory: Path, code_id: str) -> None:
        self.directory = directory
        self.code_id = code_id
        self._modules: dict[str, ModuleType] = {}
        self._handlers: dict[str, Handler] = {}

    def resolve(self, handler: str) -> Handler:
        """The handler; its modules are in ``sys.modules`` only while they are being imported."""
        if handler not in self._handlers:
            self._handlers[handler] = self._import(handler)
        return self._handlers[handler]

    def _import(self, handler: str) -> Handler:
        with _import_lock:
            names = self._names()
            foreign = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in names}
            for name in foreign:
                del sys.modules[name]
            sys.modules.update(self._modules)
            sys.path.insert(0, str(self.directory))
            importlib.invalidate_caches()
            try:
                return resolve_handler(handler)
            finally:
                sys.path.remove(str(self.directory))
                self._take_back(names)
                sys.modules.update(foreign)

    def _names(self) -> set[str]:
        """What can be imported from the directory, by first component."""
        try:
            entries = list(self.directory.iterdir())
        except OSError:
            return set()
        return {entry.name.partition(".")[0] for entry in entries if entry.is_dir() or entry.suffix in (".py", ".so")}

    def _take_back(self, names: set[str]) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] in names]:
            module = sys.modules[name]
            if self._is_ours(module):
                self._modules[name] = sys.modules.pop(name)

    def _is_ours(self, module: ModuleType) -> bool:
        places = [getattr(module, "__file__", None) or "", *map(str, getattr(module, "__path__", ()))]
        return any(place.startswith(str(self.directory)) for place in places)


_import_lock = threading.RLock()
_searched: Counter[str] = Counter()
"""Directories that runtimes have put on ``sys.path``, which belongs to the process: how many of them use each."""


class Modules:
    """Finds handlers; called in handler threads."""

    def __init__(self) -> None:
        self._roots: dict[str, TaskRoot] = {}
        self._added: list[str] = []
        self._directories: set[str] = set()

    def resolve(self, function: FunctionSpec) -> Handler:
        """The handler of ``function``; raises FaultError or whatever its module raises."""
        path = str(function.directory)
        for folder in python_paths(function.layers):
            self._search(folder)
        self._directories.add(path)
        if path in sys.path and not _searched[path]:
            return resolve_handler(function.handler)
        if ":" in function.handler:
            self._search(path)
            return resolve_handler(function.handler)
        key = f"{function.arn}:{function.version}"
        root = self._roots.get(key)
        if root is None or root.code_id != function.code_id or root.directory != function.directory:
            root = self._roots[key] = TaskRoot(function.directory, function.code_id)
            self._search(path)
        return root.resolve(function.handler)

    def _search(self, path: str) -> None:
        if path in self._added or (path in sys.path and not _searched[path]):
            return
        self._added.append(path)
        _searched[path] += 1
        if path not in sys.path:
            sys.path.append(path)

    def forget(self, arn: str) -> None:
        for key in [key for key in self._roots if key.startswith(arn + ":")]:
            del self._roots[key]

    def reload(self) -> None:
        """Have everything below the functions' directories imported again (not what is installed there)."""
        self._roots.clear()
        prefixes = tuple(directory + os.sep for directory in self._directories)
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None) or ""
            foreign = name == "__main__" or name.partition(".")[0] == "emulator" or "site-packages" in file
            if not foreign and file.startswith(prefixes):
                del sys.modules[name]
        importlib.invalidate_caches()

    def close(self) -> None:
        for path in self._added:
            _searched[path] -= 1
            if not _searched[path] and path in sys.path:
                sys.path.remove(path)
        self._added.clear()
        self._roots.clear()
