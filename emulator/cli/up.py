"""``emulator up``: start the house, create a stack in it, and show every hop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.choose import Choice, choose, read_stack
from emulator.cli.lines import print_json
from emulator.core.clock import parse_mode
from emulator.stack.description import Stack
from emulator.stack.errors import StackError
from emulator.stack.settings import RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.app import Emulator


def _clock(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        try:
            parse_mode(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return value


@click.command(short_help="Start the emulator, with a stack or with tasks.")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--task", "tasks", multiple=True, metavar="TYPE=MODULE:FUNCTION", help="A task of a SocketTasks system.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 picks a free one.  [4566]")
@click.option("--host", help="Address to listen on.  [127.0.0.1]")
@click.option("--clock", callback=_clock, help="real, auto, manual, or a rate such as 60x.  [real]")
@click.option("--runtime", type=click.Choice(RUNTIMES), help="Where handlers run.  [worker]")
@click.option("--account", help="Default account.  [000000000000]")
@click.option("--region", help="Default region.  [us-east-1]")
@click.option("--reload/--no-reload", default=None, help="New code for new invocations when files change.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines: what was created, then hops.")
@click.option("--quiet", "-q", is_flag=True, help="Do not print hops.")
def up(path: Path | None, tasks: tuple[str, ...], as_json: bool, quiet: bool, **flags: Any) -> None:
    """Start the emulator; PATH is a stack file, or a directory with a stack.toml (default: here, if there is one).

    \b
    emulator up --task report=reports:make        a whole task system around one function
    emulator up sample_tasks/socket_tasks         a described stack
    emulator up                                   an empty house for boto3, the AWS CLI, Terraform…

    Ctrl-C ends it.  Settings may also be given as EMULATOR_* variables (EMULATOR_PORT, EMULATOR_CLOCK…) or in the
    file's [emulator] section; flags win over variables, variables over the file.
    """
    output = "json" if as_json else "none" if quiet else "lines"
    gc.disable()  # nothing that is loaded at the start becomes garbage
    try:
        stack = read_stack(path, tasks)
        choice = choose(stack, flags, os.environ)
        with runner() as loop:
            loop.run(serve(stack, choice, output))
    except StackError as error:
        raise click.ClickException(str(error)) from None
    finally:
        gc.enable()


def runner() -> asyncio.Runner:
    """An event loop to run in: uvloop's where it exists."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def serve(stack: Stack, choice: Choice, output: str) -> None:
    """Run until a signal; raises StackError before the port is open to anybody, ClickException when it is taken."""
    from emulator.app import Emulator
    from emulator.cli import reload
    from emulator.stack.deploy import prepare

    if choice.reload:
        reload.require()
    prepare(stack, choice.settings.account, choice.settings.region)
    ended = asyncio.Event()
    _on_signals(ended.set)
    emulator = Emulator(choice.settings, choice.clock)
    try:
        emulator.bind(choice.host, choice.port)
    except OSError as error:
        reason = error.strerror or error
        raise click.ClickException(
            f"cannot listen on {choice.host}:{choice.port}: {reason}.  --port 0 picks a free one."
        ) from None
    try:
        await _run(emulator, stack, output, choice.reload, ended)
    finally:
        await emulator.stop()


def _on_signals(end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, end)


async def _run(emulator: Emulator, stack: Stack, output: str, watched: bool, ended: asyncio.Event) -> None:
    from emulator.cli import reload
    from emulator.cli.banner import banner, created
    from emulator.cli.follow import follow
    from emulator.cli.init_hooks import ready_scripts, run_scripts, script_environment

    def tell(text: str) -> None:
        click.echo(text, err=output == "json")

    deployment = await emulator.deploy(stack)
    await emulator.open()
    gc.freeze()
    gc.enable()
    if output == "json":
        print_json(created(emulator, deployment))
    else:
        tell(banner(emulator, stack, deployment, os.environ))
    stop_following = follow(emulator, output)
    if watched:
        reload.watch(emulator, stack.directory)
    if scripts := ready_scripts(os.environ):
        environment = script_environment(os.environ, emulator.url, emulator.settings.region)
        emulator.ground.clock.background(run_scripts(scripts, environment, tell), "init scripts")
    await ended.wait()
    stop_following()
    if output == "lines" and sys.stdout.isatty():
        click.echo("\nending…")
