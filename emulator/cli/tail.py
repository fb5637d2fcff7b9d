"""``emulator tail``: every hop of a running emulator, as it happens."""

from __future__ import annotations

import shutil
import sys

import click

from emulator.cli.control import Control
from emulator.cli.lines import line, print_json, worth_a_line
from emulator.cli.options import endpoint_option, json_option


@click.command(short_help="Print hops as they happen.")
@click.option("--all", "everything", is_flag=True, help="Also hops that only repeat what their neighbours say.")
@click.option("--last", type=click.IntRange(0), default=0, help="Begin with the last N hops of the journal.")
@endpoint_option
@json_option
def tail(everything: bool, last: int, endpoint: str, as_json: bool) -> None:
    """Print every hop of a running emulator as it happens; Ctrl-C ends it."""
    control = Control(endpoint)
    color = sys.stdout.isatty()

    def show(hop: dict[str, object]) -> None:
        if as_json:
            print_json(hop)
        elif everything or worth_a_line(hop):
            click.echo(line(hop, color, shutil.get_terminal_size((160, 24)).columns))
        sys.stdout.flush()

    try:
        if last:
            for hop in control.get(f"/journal?limit={last}")["hops"]:
                show(hop)
        for hop in control.follow():
            show(hop)
    except KeyboardInterrupt:
        pass
