"""``emulator completion``: shell completion, by click."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(short_help="Print shell completion code.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print completion code for SHELL.

    \b
    bash:  eval "$(emulator completion bash)"
    zsh:   eval "$(emulator completion zsh)"
    fish:  emulator completion fish | source
    """
    from emulator.cli import main

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "emulator", "_EMULATOR_COMPLETE").source())
