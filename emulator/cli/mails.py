"""``emulator mails``: what was sent through SES in a running emulator."""

from __future__ import annotations

from typing import Any

import click

from emulator.cli.control import Control, quoted
from emulator.cli.lines import print_json
from emulator.cli.options import endpoint_option, json_option


@click.command(short_help="Mails that were sent through SES.")
@click.option("--to", default="", help="Only mails to this address.")
@endpoint_option
@json_option
def mails(to: str, endpoint: str, as_json: bool) -> None:
    """Mails that were sent through SES, oldest first, with their text."""
    found = Control(endpoint).get(f"/mails?to={quoted(to)}")["mails"]
    if as_json:
        print_json(found)
        return
    for mail in found:
        click.echo("\n".join(_lines(mail)))


def _lines(mail: dict[str, Any]) -> list[str]:
    lines = [f"{mail['at']}  {mail['sender']} -> {', '.join([*mail['to'], *mail['cc'], *mail['bcc']])}"]
    if mail["template"]:
        lines.append(f"  template: {mail['template']} {mail['template_data']}")
    else:
        lines.append(f"  subject:  {mail['subject']}")
    if mail["attachments"]:
        lines.append(f"  attached: {', '.join(mail['attachments'])}")
    body = mail["text"] or mail["html"]
    return [*lines, *(f"  | {line}" for line in body.rstrip().splitlines())]
