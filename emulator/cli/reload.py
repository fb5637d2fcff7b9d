"""``--reload``: new code for new invocations when files change; running ones finish with the old."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import asyncio

    from emulator.app import Emulator

IGNORED = frozenset({".git", "__pycache__", ".venv", "node_modules", ".mypy_cache", ".pytest_cache", ".ruff_cache"})


class Watcher:
    """Watches a directory with watchfiles (extra ``reload``) and tells the runtimes."""

    def __init__(self, emulator: Emulator, directory: Path) -> None:
        if importlib.util.find_spec("watchfiles") is None:
            raise click.ClickException("--reload needs watchfiles: pip install 'aws-task-emulator[reload]'.")
        self._emulator = emulator
        self._directory = directory
        self._task: asyncio.Task[None] = emulator.ground.clock.background(self._watch(), "reload")

    async def _watch(self) -> None:
        from watchfiles import awatch

        async for changes in awatch(self._directory):
            files = {Path(name) for _, name in changes if not IGNORED & set(Path(name).parts)}
            if not files:
                continue
            names = ", ".join(sorted(str(f.relative_to(self._directory)) for f in files)[:3])
            click.echo(click.style(f"reload: {names} changed; the next invocations run the new code", fg="yellow"))
            for runtime in self._emulator.ground.runtimes.values():
                runtime.reload()
            if any(f.name == "stack.toml" for f in files):
                click.echo(click.style("  stack.toml changed: restart to apply it", fg="yellow"))

    def close(self) -> None:
        self._task.cancel()
