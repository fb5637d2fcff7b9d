"""``emulator trace``: one task as a tree of hops."""

from __future__ import annotations

import sys

import click

from emulator.cli.control import Control, quoted
from emulator.cli.lines import print_json, tree
from emulator.cli.options import endpoint_option, json_option


@click.command(short_help="Show one task as a tree; without ID, list the latest.")
@click.argument("trace_id", metavar="[ID]", required=False)
@endpoint_option
@json_option
def trace(trace_id: str | None, endpoint: str, as_json: bool) -> None:
    """Show everything that one frame or call led to.

    ID is a trace id (or its beginning), a hop id, a request id, or the id that a client gave its task.
    """
    control = Control(endpoint)
    if trace_id is None:
        listing = control.get("/traces")
        if as_json:
            print_json(listing)
            return
        for row in listing["traces"]:
            failed = click.style("  " + ", ".join(row["failed"]), fg="red") if row["failed"] else ""
            click.echo(f"{row['trace']}  {row['at'][11:23]}  {row['hops']:>3} hops  {row['began']}{failed}")
        return
    found = control.get(f"/traces/{quoted(trace_id)}")
    if as_json:
        print_json(found)
        return
    click.echo(found["trace"])
    for text in tree(found["hops"], sys.stdout.isatty()):
        click.echo(text)
