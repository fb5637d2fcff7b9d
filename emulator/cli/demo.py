"""``emulator demo``: a whole task system in a few seconds."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from emulator.cli.up import runner
from emulator.stack.errors import StackError, nearest

DEFAULT = "socket_tasks"


def folder() -> Path:
    """Where the samples are, as installed."""
    return Path(str(resources.files("sample_tasks")))


def samples() -> list[str]:
    """The systems that can be shown: those with a stack and a client, the first one's client is the command itself."""
    found = sorted(path.parent.name for path in folder().glob("*/client.py"))
    return [DEFAULT, *(name for name in found if (folder() / name / "stack.toml").is_file())]


def _sample(ctx: click.Context, param: click.Parameter, value: str) -> str:
    names = samples()
    if value not in names:
        hint = nearest(value, names)
        meant = hint if hint.startswith(" Did") else ""
        raise click.BadParameter(f"there is no sample {value!r}: {', '.join(names)}.{meant}")
    return value


@click.command(short_help="See a whole task system run.")
@click.argument("name", default=DEFAULT, callback=_sample)
@click.option("--json", "as_json", is_flag=True, help="Print frames and hops as JSON lines.")
def demo(name: str, as_json: bool) -> None:
    """Start a sample, be its client until it is through, print what the client saw and each task's trace.

    Without NAME: three tasks over a WebSocket.  Others: step_functions, task_manager, rest_polling, webhook… (any wrong
    name lists them).  The clock is automatic: minutes of waiting between retries pass in milliseconds.
    """
    try:
        with runner() as loop:
            if name == DEFAULT:
                from emulator.cli.demo_tasks import show_tasks

                loop.run(show_tasks(folder() / name, as_json))
            else:
                from emulator.cli.demo_client import show_client

                loop.run(show_client(folder() / name, as_json))
    except StackError as error:
        raise click.ClickException(str(error)) from None
