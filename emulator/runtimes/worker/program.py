"""Which program runs a function: a bootstrap of ours, or the function's own behind the Runtime API."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_NODE_BOOTSTRAP = str(Path(__file__).parent.parent / "bootstraps" / "node_bootstrap.mjs")


@dataclass(frozen=True, slots=True)
class Program:
    """``command``: the program (looked up in the function's ``PATH``) and its first arguments.

    With ``runtime_api`` it asks for invocations over HTTP (AWS docs, "Using the Lambda runtime API for custom
    runtimes"); otherwise it is a bootstrap of ours, which gets a configuration as its last argument.
    """

    command: tuple[str, ...]
    runtime_api: bool = False


def supports(runtime: str, directory: Path) -> bool:
    """Whether there is a program for functions of ``runtime`` whose code is in ``directory``."""
    return runtime.startswith(("python", "nodejs", "provided")) or _has_bootstrap(directory)


def program_for(runtime: str, directory: Path, memory_mb: int) -> Program | None:
    """The program for a function; None stands for the Python bootstrap.

    ``nodejs*``: the ``node`` of the machine, with a heap as large as the function's memory.  ``provided*`` and every
    other runtime: the file ``bootstrap`` beside the function's code.
    """
    if runtime.startswith("python"):
        return None
    if runtime.startswith("nodejs"):
        return Program(("node", f"--max-old-space-size={memory_mb}", _NODE_BOOTSTRAP))
    return Program((str(directory / "bootstrap"),), runtime_api=True)


def _has_bootstrap(directory: Path) -> bool:
    bootstrap = directory / "bootstrap"
    return bootstrap.is_file() and os.access(bootstrap, os.X_OK)
