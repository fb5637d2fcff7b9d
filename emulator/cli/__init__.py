"""The command line: ``emulator up``, ``demo``, ``submit``, ``tail``, ``trace``, ``clock``, ``invoke``, ``status``."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

import click

from emulator.version import VERSION

COMMANDS = {
    "up": "emulator.cli.up:up",
    "demo": "emulator.cli.demo:demo",
    "submit": "emulator.cli.submit:submit",
    "invoke": "emulator.cli.invoke:invoke",
    "logs": "emulator.cli.logs:logs",
    "mails": "emulator.cli.mails:mails",
    "tail": "emulator.cli.tail:tail",
    "trace": "emulator.cli.trace:trace",
    "executions": "emulator.cli.executions:executions",
    "execution": "emulator.cli.executions:execution",
    "status": "emulator.cli.status:status",
    "clock": "emulator.cli.clock:clock",
    "completion": "emulator.cli.completion:completion",
}


class LazyGroup(click.Group):
    """Imports a command when it is used: ``emulator up`` does not pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: Any = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from emulator.stack.errors import nearest

            ctx.fail(f"No such command {args[0]!r}.{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="emulator")
def main() -> None:
    """AWS's asynchronous task stack in one process: WebSocket APIs, EventBridge, Lambda with real retries, SQS.

    \b
    emulator demo                              see a whole task system run
    emulator up --task report=my.module:handler
    emulator up sample_tasks/socket_tasks
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # JSON can spell texts that no terminal can show
