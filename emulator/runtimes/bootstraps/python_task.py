"""The program of a task that is written as a Python function or module: run it once, and end with its exit code."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import runpy
import sys
from collections.abc import Callable
from functools import reduce
from typing import Any

from . import python_sleep, redirect
from .python_worker import bind_to_parent, never_cache_fresh_sources


def serve(config: dict[str, Any]) -> None:
    """Run ``config["handler"]``, ``module:function`` or a module, with ``arguments`` as ``sys.argv[1:]``.

    A function's return value is the exit code if it is a number; whatever else it returns means 0.  SystemExit and
    exceptions end the process as they end any Python program.
    """
    control = config["control"]
    os.set_inheritable(control, False)
    bind_to_parent(config["lifeline"])
    never_cache_fresh_sources()
    redirect.install_from_environment()
    sys.path[:0] = config["paths"]
    sys.argv[:] = [config["handler"], *config["arguments"]]
    sleep = python_sleep.install(control)
    if sleep is not None:
        sleep.begin("task")
    module, _, function = config["handler"].partition(":")
    if function:
        sys.exit(_exit_code(_call(_find(module, function))))
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _find(module: str, function: str) -> Callable[[], Any]:
    start: Any = importlib.import_module(module)
    found: Callable[[], Any] = reduce(getattr, function.split("."), start)
    return found


def _call(function: Callable[[], Any]) -> Any:
    result = function()
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _exit_code(result: Any) -> int:
    return result if isinstance(result, int) and not isinstance(result, bool) else 0
