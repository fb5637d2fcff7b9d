"""The demo of SocketTasks: three tasks over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from emulator.cli.lines import duration, print_json, tree
from emulator.core.settings import Settings
from emulator.stack.description import Stack

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from emulator.app import Emulator


class Task(NamedTuple):
    """One task of the sample and what it shows."""

    type: str
    story: str
    data: dict[str, Any]


TASKS = (
    Task("report", "A task that succeeds", {"name": "Ada"}),
    Task("unlucky", "A task that fails three times: Lambda waits one minute, then two", {"name": "Bert"}),
    Task("endless", "A task that runs into its timeout of one second, three times", {"name": "Cleo"}),
)
RESULT_TIMEOUT = 60


async def show_tasks(sample: Path, as_json: bool) -> None:
    """Start the sample, submit three tasks, print the frames and each task's trace."""
    from websockets.asyncio.client import connect

    from emulator.app import Emulator

    emulator = Emulator(Settings(), "auto")
    await emulator.start(port=0)
    try:
        deployment = await emulator.deploy(Stack.read(sample))
        (url,) = deployment.websocket_urls.values()
        if not as_json:
            name = click.style("aws-task-emulator", bold=True)
            click.echo(f"{name} at {emulator.url}, clock auto: AWS's waits pass at once")
            click.echo(f"client connects to {click.style(url, fg='cyan')}\n")
        async with connect(url, compression=None, proxy=None) as socket:
            for number, task in enumerate(TASKS, 1):
                told = await _submit(emulator, socket, task)
                print_json(told | {"received": json.loads(told["received"])}) if as_json else _show(number, task, told)
        if not as_json:
            click.echo("Next: emulator up --task TYPE=MODULE:FUNCTION, with a function of yours")
    finally:
        await emulator.stop(drain=0)


async def _submit(emulator: Emulator, socket: ClientConnection, task: Task) -> dict[str, Any]:
    """Be the client for one task; the frames, the times, and the trace."""
    from emulator.admin.views import hop_view

    clock, journal = emulator.ground.clock, emulator.ground.journal
    before, real, virtual = len(journal), clock.real(), clock.now()
    frame = {"action": "task-submit", "task": {"id": f"{task.type}-1", "type": task.type, "data": task.data}}
    await socket.send(json.dumps(frame))
    try:
        async with asyncio.timeout(RESULT_TIMEOUT):  # noqa: TID251 - the demo's client lives in real time
            answer = str(await socket.recv())
    except TimeoutError:
        raise click.ClickException(f"no result for {task.type} within {RESULT_TIMEOUT} s") from None
    real, virtual = clock.real() - real, clock.now() - virtual
    await clock.quiet()  # until the message has been deleted, too
    trace = next(hop.trace for hop in list(journal)[before:] if hop.kind == "frame-in")
    hops = [hop_view(hop) for hop in journal.of(trace)]
    return {"sent": frame, "received": answer, "seconds": round(virtual, 3), "real": round(real, 3), "hops": hops}


def _show(number: int, task: Task, told: dict[str, Any]) -> None:
    good = json.loads(told["received"])["status"] == "Success"
    click.echo(click.style(f"{number}. {task.story}", bold=True))
    click.echo(f"   → {json.dumps(told['sent'])}")
    click.echo("   ← " + click.style(told["received"], fg="green" if good else "red"))
    click.echo(f"   {duration(told['seconds'])} on AWS's clock, {duration(told['real'])} on yours\n")
    width = shutil.get_terminal_size((110, 24)).columns
    for text in tree(told["hops"], sys.stdout.isatty(), width=width, log_lines=1):
        click.echo(text)
    click.echo("")
