"""``emulator demo``: the whole of SocketTasks in a few seconds."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.lines import print_json, tree
from emulator.cli.up import runner
from emulator.core.settings import Settings
from emulator.stack.description import Stack

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from emulator.app import Emulator

TASKS: Sequence[tuple[str, str, dict[str, Any]]] = (
    ("report", "a task that succeeds", {"name": "Ada"}),
    ("unlucky", "a task that fails three times: Lambda waits one minute, then two", {"name": "Bert"}),
    ("endless", "a task that runs into its timeout of one second, three times", {"name": "Cleo"}),
)
RESULT_TIMEOUT = 60


@click.command(short_help="See a whole task system run.")
@click.option("--json", "as_json", is_flag=True, help="Print frames and hops as JSON lines.")
def demo(as_json: bool) -> None:
    """Start the sample, submit three tasks over a WebSocket, print the frames and each task's trace.

    The clock is automatic: minutes of waiting between retries pass in milliseconds.
    """
    with runner() as loop:
        sys.exit(loop.run(_demo(as_json)))


def sample() -> Path:
    """The sample's directory, as installed."""
    return Path(str(resources.files("sample_tasks") / "socket_tasks"))


async def _demo(as_json: bool) -> int:
    from emulator.app import Emulator

    emulator = Emulator(Settings(), "auto")
    await emulator.start(port=0)
    try:
        deployment = await emulator.deploy(Stack.read(sample()))
        url = next(iter(deployment.websocket_urls.values()))
        if not as_json:
            click.echo(
                f"aws-task-emulator at {emulator.url}, clock auto; connecting to {click.style(url, fg='cyan')}\n"
            )
        return await _submit_all(emulator, url, as_json)
    finally:
        await emulator.stop(drain=0)


async def _submit_all(emulator: Emulator, url: str, as_json: bool) -> int:
    from websockets.asyncio.client import connect

    async with connect(url, compression=None) as socket:
        for number, (task, story, data) in enumerate(TASKS, 1):
            if not as_json:
                click.echo(click.style(f"{number}. {story}", bold=True))
            if not await _one(emulator, socket, task, data, as_json):
                return 1
    return 0


async def _one(emulator: Emulator, socket: ClientConnection, task: str, data: dict[str, Any], as_json: bool) -> bool:
    from emulator.admin.views import hop_view

    clock = emulator.ground.clock
    real, virtual = clock.real(), clock.now()
    frame = {"action": "task-submit", "task": {"id": f"{task}-1", "type": task, "data": data}}
    await socket.send(json.dumps(frame))
    try:
        async with asyncio.timeout(RESULT_TIMEOUT):  # noqa: TID251 - the demo's client lives in real time
            answer = str(await socket.recv())
    except TimeoutError:
        click.echo(f"no result for {task} within {RESULT_TIMEOUT} s", err=True)
        return False
    real, virtual = clock.real() - real, clock.now() - virtual
    await clock.quiet()
    hops = [hop_view(hop) for hop in emulator.ground.journal.of(_trace(emulator, f"{task}-1"))]
    if as_json:
        print_json({"sent": frame, "received": json.loads(answer), "seconds": virtual, "real": real, "hops": hops})
        return True
    click.echo(f"   → {json.dumps(frame)}\n   ← {answer}")
    click.echo(f"   {virtual:.1f} s of AWS's time in {real:.2f} s\n")
    for text in tree([hop for hop in hops if hop["kind"] != "api"], sys.stdout.isatty()):
        click.echo(f"   {text}")
    click.echo("")
    return True


def _trace(emulator: Emulator, task_id: str) -> str:
    for hop in emulator.ground.journal:
        if hop.kind == "frame-in" and hop.payload and json.dumps(task_id) in hop.payload:
            return hop.trace
    return ""
