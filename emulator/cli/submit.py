"""``emulator submit``: be the client of a SocketTasks system for one task."""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

import click

from emulator.cli.control import Control
from emulator.cli.lines import print_json
from emulator.cli.options import endpoint_option, json_option


@click.command(short_help="Submit a task over a WebSocket and wait for its result.")
@click.argument("task_type", metavar="TYPE")
@click.option("--data", default="{}", show_default=True, help="The task's data, a JSON object.")
@click.option("--id", "task_id", help="The task's id.  [random]")
@click.option("--url", help="WebSocket URL.  [the only WebSocket API of the emulator]")
@click.option("--timeout", type=float, default=900, show_default=True, help="Seconds to wait for the result.")
@endpoint_option
@json_option
def submit(
    task_type: str, data: str, task_id: str | None, url: str | None, timeout: float, endpoint: str, as_json: bool
) -> None:
    """Submit a task of TYPE and print its result; a failed task gives exit status 1.

    The frame is {"action": "task-submit", "task": {"id", "type", "data"}}, the answer {"task_id", "status",
    "response"}.
    """
    try:
        parsed = json.loads(data)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--data") from None
    if not isinstance(parsed, dict):
        raise click.BadParameter("expected a JSON object", param_hint="--data")
    task_id = task_id or f"task-{uuid.uuid1().hex[:8]}"
    task = {"id": task_id, "type": task_type, "data": parsed}
    answer = _exchange(url or _only_url(endpoint), task, timeout)
    if as_json:
        print_json(answer)
    else:
        _print(answer, endpoint)
    sys.exit(0 if answer.get("status") == "Success" else 1)


def _only_url(endpoint: str) -> str:
    apis = Control(endpoint).get("/status")["resources"]["apis"]
    urls = [f"{api['endpoint']}/{stage}" for api in apis for stage in api["stages"]]
    if len(urls) != 1:
        listing = "\n  ".join(urls) or "none; start one with 'emulator up --task TYPE=MODULE:FUNCTION'"
        raise click.ClickException(f"which WebSocket API?  Say --url; there are:\n  {listing}")
    return urls[0]


def _exchange(url: str, task: dict[str, Any], timeout: float) -> dict[str, Any]:
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    try:
        with connect(url, compression=None, max_size=None, proxy=None) as socket:
            socket.send(json.dumps({"action": "task-submit", "task": task}))
            while True:
                frame = _frame(socket.recv(timeout))
                if frame.get("task_id") == task["id"]:
                    return dict(frame)
                if "message" in frame:  # an error frame of API Gateway
                    raise click.ClickException(f"{frame['message']} (request {frame.get('requestId')})")
    except TimeoutError:
        why = f"'emulator trace {task['id']}' shows what has happened"
        raise click.ClickException(f"no result within {timeout:g} s: {why}.") from None
    except (OSError, WebSocketException) as error:
        raise click.ClickException(f"{url}: {error}") from None


def _frame(text: str | bytes) -> dict[str, Any]:
    """A frame of SocketTasks; ``{}`` for whatever else an API may send."""
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}


def _print(answer: dict[str, Any], endpoint: str) -> None:
    success = answer["status"] == "Success"
    click.echo(f"{answer['task_id']}  {click.style(answer['status'], fg='green' if success else 'red')}")
    click.echo(json.dumps(answer["response"], indent=2, ensure_ascii=False))
    click.echo(click.style(f"emulator trace {answer['task_id']}", dim=True), err=True)
