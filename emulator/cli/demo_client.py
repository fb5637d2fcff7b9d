"""The demo of a sample that brings its own client: ``client.py`` with ``main(endpoint) -> exit status``."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import click

from emulator.app import Emulator
from emulator.cli.lines import about, duration, print_json, tree, worth_a_line
from emulator.core.journal import Journal
from emulator.core.settings import Settings
from emulator.core.threads import Threads
from emulator.stack.description import Stack

Hops = list[dict[str, Any]]


async def show_client(sample: Path, as_json: bool) -> None:
    """Start the sample, run its client in a thread, print what it says and what happened.

    Raises StackError for what the stack needs and has not got, ClickException when the client is not content.
    """
    emulator = Emulator(Settings(), "auto")
    await emulator.start(port=0)
    try:
        await emulator.deploy(Stack.read(sample))
        client = importlib.import_module(f"sample_tasks.{sample.name}.client")
        if not as_json:
            name = click.style("aws-task-emulator", bold=True)
            click.echo(f"{name} at {emulator.url}, clock auto: AWS's waits pass at once\n")
        clock, before = emulator.ground.clock, len(emulator.ground.journal)
        real, virtual = clock.real(), clock.now()
        with contextlib.redirect_stdout(sys.stderr if as_json else sys.stdout):
            status = await Threads("client").run(lambda: int(client.main(emulator.url) or 0), Context())
        real, virtual = clock.real() - real, clock.now() - virtual
        await clock.quiet()
        _show(_traces(emulator.ground.journal, before), virtual, real, as_json)
    finally:
        await emulator.stop(drain=0)
    if status:
        raise click.ClickException(f"the client of {sample.name} ended with {status}")


def _traces(journal: Journal, before: int) -> Iterator[Hops]:
    """Each trace that began after the first ``before`` hops."""
    from emulator.admin.views import hop_view

    hops = list(journal)
    known = {hop.trace for hop in hops[:before]}
    for trace in dict.fromkeys(hop.trace for hop in hops[before:]):
        if trace not in known:
            yield [hop_view(hop) for hop in journal.of(trace)]


def _show(traces: Iterable[Hops], virtual: float, real: float, as_json: bool) -> None:
    if as_json:
        for hops in traces:
            print_json({"trace": hops[0]["trace"], "hops": hops})
        return
    click.echo(f"\n{duration(virtual)} on AWS's clock, {duration(real)} on yours\n")
    width = shutil.get_terminal_size((110, 24)).columns
    for hops, more in distinct(traces):
        lines = tree(hops, sys.stdout.isatty(), width=width, log_lines=1)
        if len(lines) > 1:  # else the client has only asked for something
            alike = click.style(f"   and {more} more like it" if more else "", dim=True)
            click.echo("\n".join([lines[0] + alike, *lines[1:], ""]))


def distinct(traces: Iterable[Hops]) -> list[tuple[Hops, int]]:
    """Traces of different stories, each with the number of others that tell the same (a client's polling)."""
    found: dict[tuple[tuple[str, str, str], ...], tuple[Hops, int]] = {}
    for hops in traces:
        story = tuple((hop["kind"], about(hop), hop["outcome"]) for hop in hops if worth_a_line(hop))
        first, more = found.get(story, (hops, -1))
        found[story] = first, more + 1
    return list(found.values())
