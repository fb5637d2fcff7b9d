"""``emulator clock``: whose time it is."""

from __future__ import annotations

from typing import Any

import click

from emulator.cli.control import Control
from emulator.cli.lines import print_json
from emulator.cli.options import endpoint_option, json_option
from emulator.core.durations import parse_duration
from emulator.core.timestamps import iso_milliseconds


def seconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """A duration's seconds, as a click callback."""
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.group(short_help="Look at and move the emulator's time.", invoke_without_command=True)
@endpoint_option
@json_option
@click.pass_context
def clock(ctx: click.Context, endpoint: str, as_json: bool) -> None:
    """Look at and move the emulator's time; without a command, as status."""
    ctx.default_map = {name: {"endpoint": endpoint, "as_json": as_json} for name in clock.commands}
    if ctx.invoked_subcommand is None:
        _show(Control(endpoint).get("/clock"), as_json)


@clock.command()
@endpoint_option
@json_option
def status(endpoint: str, as_json: bool) -> None:
    """What time it is, what keeps it from moving, and what comes next."""
    _show(Control(endpoint).get("/clock"), as_json)


@clock.command()
@click.argument("duration", callback=seconds)
@endpoint_option
@json_option
def advance(duration: float, endpoint: str, as_json: bool) -> None:
    """Move time on by DURATION (90, 90s, 3m, 1h30m, 2d), timer by timer."""
    _show(Control(endpoint).post("/clock/advance", {"seconds": duration}), as_json)


@clock.command()
@endpoint_option
@json_option
def hold(endpoint: str, as_json: bool) -> None:
    """Stop an automatic clock from jumping, until it is released as often as it was held."""
    _show(Control(endpoint).post("/clock/hold"), as_json)


@clock.command()
@endpoint_option
@json_option
def release(endpoint: str, as_json: bool) -> None:
    """End a hold."""
    _show(Control(endpoint).post("/clock/release"), as_json)


@clock.command()
@click.argument("mode")
@endpoint_option
@json_option
def mode(mode: str, endpoint: str, as_json: bool) -> None:
    """Change the clock: real, auto, manual, or a rate such as 60x."""
    _show(Control(endpoint).put("/clock", {"mode": mode}), as_json)


def _show(status: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(status)
        return
    held = ", held" if status["held"] else ""
    click.echo(f"{iso_milliseconds(status['now'])}  ({status['mode']}{held})")
    for busy in status["busy"]:
        click.echo(f"  busy: {busy}")
    for timer in status["next"]:
        click.echo(f"  in {timer['in']:>12.3f} s  {timer['owed_by']:<8}  {timer['what']}")
    if status["timers"] > len(status["next"]):
        click.echo(f"  and {status['timers'] - len(status['next'])} more")
