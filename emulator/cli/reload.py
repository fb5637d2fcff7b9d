"""``--reload``: new code for new invocations when files change; running ones finish with the old."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.stack.description import FILE_NAME

if TYPE_CHECKING:
    from emulator.app import Emulator

CODE = frozenset({".py", ".so", ".js", ".mjs", ".cjs", ".node", ".toml"})
"""What counts as code.  Logs and results that land beside it do not: the emulator's own output would feed on itself."""
IGNORED = frozenset({".git", "__pycache__", ".venv", "node_modules", ".mypy_cache", ".pytest_cache", ".ruff_cache"})


def require() -> None:
    """Raises ClickException without watchfiles (extra ``reload``)."""
    if importlib.util.find_spec("watchfiles") is None:
        raise click.ClickException("--reload needs watchfiles: pip install 'aws-task-emulator[reload]'.")


def watch(emulator: Emulator, directory: Path) -> None:
    """Watch a directory and tell the runtimes, until the emulator stops."""
    emulator.ground.clock.background(_watch(emulator, directory), "reload")


def is_code(file: Path) -> bool:
    """Whether a change of this file (relative to the watched directory) may change what handlers do."""
    named_so = file.suffix in CODE or file.name == "bootstrap"
    return named_so and not IGNORED & set(file.parts)


async def _watch(emulator: Emulator, directory: Path) -> None:
    from watchfiles import awatch

    async for changes in awatch(directory):
        files = sorted(Path(name).relative_to(directory) for _, name in changes)
        files = [file for file in files if is_code(file)]
        if not files:
            continue
        for runtime in emulator.ground.runtimes.values():
            runtime.reload()
        names = ", ".join(map(str, files[:3])) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        note = f": restart to apply {FILE_NAME}" if Path(FILE_NAME) in files else ""
        click.echo(click.style(f"reload  {names} changed{note}; new invocations run the new code", fg="yellow"))
