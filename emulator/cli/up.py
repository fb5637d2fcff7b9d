"""``emulator up``: start the house, create a stack in it, and show every hop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.options import DEFAULT_PORT
from emulator.core.clock import parse_mode
from emulator.core.settings import Settings
from emulator.stack.description import FILE_NAME, Stack
from emulator.stack.errors import StackError

if TYPE_CHECKING:
    from emulator.app import Emulator
    from emulator.stack.deploy import Deployment


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
@click.option("--port", type=click.IntRange(0, 65535), envvar="EMULATOR_PORT", help="Port; 0 picks one.  [4566]")
@click.option("--host", envvar="EMULATOR_HOST", help="Address to listen on.  [127.0.0.1]")
@click.option("--clock", envvar="EMULATOR_CLOCK", callback=_clock, help="real, auto, manual, or a rate (60x).  [real]")
@click.option("--runtime", envvar="EMULATOR_RUNTIME", type=click.Choice(["worker", "inline"]), help="[worker]")
@click.option("--account", envvar="EMULATOR_ACCOUNT", help="Default account.  [000000000000]")
@click.option("--region", envvar="EMULATOR_REGION", help="Default region.  [us-east-1]")
@click.option(
    "--reload", is_flag=True, envvar="EMULATOR_RELOAD", help="New code for new invocations when files change."
)
@click.option("--json", "as_json", is_flag=True, help="Print hops as JSON lines.")
@click.option("--quiet", "-q", is_flag=True, help="Do not print hops.")
def up(path: Path | None, tasks: tuple[str, ...], **options: Any) -> None:
    """Start the emulator; PATH is a stack file, or a directory with a stack.toml (default: here, if there is one).

    \b
    emulator up --task report=reports:make        a whole task system around one function
    emulator up sample_tasks/socket_tasks         a described stack
    emulator up                                   an empty house for boto3, the AWS CLI, Terraform…

    Ctrl-C ends it.  Options may also be given as EMULATOR_* variables or in the file's [emulator] section.
    """
    try:
        stack = read_stack(path, tasks)
        settings, clock, host, port = choose(stack, options)
    except StackError as error:
        raise click.ClickException(str(error)) from None
    output = "json" if options["as_json"] else "none" if options["quiet"] else "lines"
    with runner() as loop:
        sys.exit(loop.run(serve(stack, settings, clock, host, port, output, options["reload"])))


def runner() -> asyncio.Runner:
    """An event loop to run in: uvloop's where it exists."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


def read_stack(path: Path | None, tasks: tuple[str, ...]) -> Stack:
    """The described stack with the tasks of the command line added."""
    if path is None and Path(FILE_NAME).is_file():
        path = Path(FILE_NAME)
    stack = Stack.read(path) if path is not None else Stack(Path.cwd(), "command line")
    if tasks:
        table = {}
        for task in tasks:
            name, equals, handler = task.partition("=")
            if not equals or not name or not handler:
                raise StackError("command line", f"--task {task}", "expected TYPE=MODULE:FUNCTION.")
            table[name] = handler
        stack.socket_tasks(table)
    return stack


def choose(stack: Stack, options: dict[str, Any]) -> tuple[Settings, str, str, int]:
    """Flags and variables win over the file's [emulator] section, which wins over the defaults."""
    chosen = {**stack.settings, **{k: v for k, v in options.items() if v is not None}}
    known = {field.name for field in fields(Settings)}
    settings = Settings(**{k: v for k, v in chosen.items() if k in known})
    clock = chosen.get("clock", "real")
    try:
        parse_mode(clock)
    except ValueError as error:
        raise StackError(stack.origin, "emulator.clock", f"{error}.") from None
    if settings.runtime not in ("worker", "inline"):
        raise StackError(stack.origin, "emulator.runtime", f"{settings.runtime!r}: worker or inline.")
    return settings, clock, chosen.get("host", "127.0.0.1"), chosen.get("port", DEFAULT_PORT)


async def serve(stack: Stack, settings: Settings, clock: str, host: str, port: int, output: str, reload: bool) -> int:
    """Run until a signal; the exit status."""
    from emulator.app import Emulator
    from emulator.cli.follow import follow
    from emulator.stack.deploy import prepare

    try:
        prepare(stack, settings.account, settings.region)
        emulator = Emulator(settings, clock)
        await emulator.start(host, port)
    except StackError as error:
        click.echo(f"Error: {error}", err=True)
        return 1
    except OSError as error:
        click.echo(f"Error: cannot listen on {host}:{port}: {error.strerror or error}.  --port 0 picks one.", err=True)
        return 1
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, ended.set)
    try:
        deployment = await emulator.deploy(stack)
        if output != "json":
            banner(emulator, deployment)
        stop_following = follow(emulator, output)
        watcher = await _watch(emulator, stack) if reload else None
        await ended.wait()
        stop_following()
        if watcher is not None:
            watcher.close()
    except StackError as error:
        click.echo(f"Error: {error}", err=True)
        return 1
    finally:
        if output == "lines" and ended.is_set():
            click.echo("\nending…")
        await emulator.stop()
    return 0


async def _watch(emulator: Emulator, stack: Stack) -> Any:
    from emulator.cli.reload import Watcher

    return Watcher(emulator, stack.directory)


def banner(emulator: Emulator, deployment: Deployment) -> None:
    """What was created, where it is, and how to talk to it."""
    ground = emulator.ground
    say = click.echo
    say(click.style("aws-task-emulator", bold=True) + f" at {emulator.url}  (clock {ground.clock.mode}, "
        f"runtime {ground.settings.runtime}, account {ground.settings.account}, {ground.settings.region})")  # fmt: skip
    rows = {
        "functions": deployment.functions,
        "buses": deployment.buses,
        "rules": deployment.rules,
        "queues": deployment.queues,
        "mappings": deployment.mappings,
    }
    for title, names in rows.items():
        if names:
            say(f"  {title:<10} {', '.join(names)}")
    for name, url in deployment.websocket_urls.items():
        say(f"  {'websocket':<10} {click.style(url, fg='cyan')}  ({name})")
    say("")
    say(f"  export AWS_ENDPOINT_URL={emulator.url} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
        f"AWS_DEFAULT_REGION={ground.settings.region}")  # fmt: skip
    if "task-submit" in deployment.functions:
        task = next((f for f in deployment.functions if not f.startswith("task-")), "TYPE")
        where = "" if emulator.port == DEFAULT_PORT else f" --endpoint {emulator.url}"
        say(f'  emulator submit {task} --data \'{{"key": "value"}}\'{where}')
    say(f"  control API: {emulator.url}/_emulator/docs     Ctrl-C ends it")
    say("")
    if os.environ.get("AWS_PROFILE"):
        say(click.style("  AWS_PROFILE is set: unset it where AWS_ENDPOINT_URL is to be used", fg="yellow"))
