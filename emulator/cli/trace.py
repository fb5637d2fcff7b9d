"""``emulator trace``: one task as a tree of hops."""

from __future__ import annotations

import shutil
import sys
from typing import Any

import click

from emulator.cli.control import Control, quoted
from emulator.cli.lines import preview, print_json, summary, tag, tree
from emulator.cli.options import endpoint_option, json_option


@click.command(short_help="Show one task as a tree; without ID, list the latest.")
@click.argument("trace_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Also hops that only repeat what their neighbours say.")
@endpoint_option
@json_option
def trace(trace_id: str | None, everything: bool, endpoint: str, as_json: bool) -> None:
    """Show everything that one frame or call led to.

    ID is a trace id or its last digits (as tail prints them), a hop id, a request id, or the id that a client gave
    its task.
    """
    path = "/traces" if trace_id is None else f"/traces/{quoted(trace_id)}"
    answer = Control(endpoint).get(path)
    color, width = sys.stdout.isatty(), shutil.get_terminal_size((160, 24)).columns
    if as_json:
        print_json(answer)
    elif trace_id is None:
        _list(answer["traces"], color, width)
    else:
        click.echo(answer["trace"])
        for text in tree(answer["hops"], color, everything, width):
            click.echo(text)


def _list(rows: list[dict[str, Any]], color: bool, width: int) -> None:
    for row in rows:
        first = row["first"]
        text = f"{tag(row['trace'])}  {first['at'][11:23]}  {row['hops']:>4} hops  {summary(first, color)}"
        text = " ".join(text.splitlines())
        failed = [outcome for outcome in row["failed"] if outcome != first["outcome"]]
        if failed:
            text += "  " + click.style(", ".join(failed), fg="red")
        shown = preview(first, width - len(click.unstyle(text)) - 2)
        click.echo(f"{text}  {click.style(shown, dim=True)}" if shown else text)
