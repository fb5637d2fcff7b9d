"""``emulator status``: what exists in a running emulator."""

from __future__ import annotations

from typing import Any

import click

from emulator.cli.banner import topic_line
from emulator.cli.control import Control
from emulator.cli.lines import print_json, short
from emulator.cli.options import endpoint_option, json_option


@click.command(short_help="What exists, and what is busy.")
@endpoint_option
@json_option
def status(endpoint: str, as_json: bool) -> None:
    """What exists in the default account and region, and what is busy."""
    answer = Control(endpoint).get("/status")
    if as_json:
        print_json(answer)
        return
    clock = answer["clock"]
    click.echo(f"aws-task-emulator {answer['version']} at {answer['endpoint']}, clock {clock['mode']}")
    for kind, names in answer["resources"].items():
        if kind == "apis":
            for api in names:
                click.echo(f"  api         {api['name']}  {_urls(api)}")
        elif kind == "topics":
            for topic in names:
                click.echo(f"  topic       {topic_line(topic['name'], map(short, topic['subscriptions']))}")
        elif names:
            click.echo(f"  {kind:<11} {', '.join(names)}")
    for busy in clock["busy"]:
        click.echo(f"  busy        {busy}")


def _urls(api: dict[str, Any]) -> str:
    return " ".join(f"{api['endpoint']}/{stage}" for stage in api["stages"])
