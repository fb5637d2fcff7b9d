"""Which program runs a function: a bootstrap of ours, or the function's own behind the Runtime API."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
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


def supports(runtime: str, directory: Path, layers: Sequence[Path] = ()) -> bool:
    """Whether there is a program for functions of ``runtime`` whose code is in ``directory`` and ``layers``."""
    if runtime.startswith(("python", "provided")):  # without its bootstrap, the latter fails when it is invoked
        return True
    if runtime.startswith("nodejs"):
        return shutil.which("node") is not None
    return _bootstrap(directory, layers) is not None


def program_for(runtime: str, directory: Path, memory_mb: int, layers: Sequence[Path] = ()) -> Program | None:
    """The program for a function; None stands for the Python bootstrap.

    ``nodejs*``: the ``node`` of the machine, with a heap as large as the function's memory.  ``provided*`` and every
    other runtime: the file ``bootstrap`` beside the function's code, or in its last layer that has one.
    """
    if runtime.startswith("python"):
        return None
    if runtime.startswith("nodejs"):
        return Program(("node", f"--max-old-space-size={memory_mb}", _NODE_BOOTSTRAP))
    return Program((str(_bootstrap(directory, layers) or directory / "bootstrap"),), runtime_api=True)


def _bootstrap(directory: Path, layers: Sequence[Path]) -> Path | None:
    files = (folder / "bootstrap" for folder in (directory, *reversed(layers)))
    return next((file for file in files if file.is_file() and os.access(file, os.X_OK)), None)
