"""``emulator executions`` and ``emulator execution``: what state machines have done, and the way they went."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError

import click

from emulator.asl.drawing import draw, path_of
from emulator.asl.story import read_story
from emulator.asl.timeline import Line, timeline
from emulator.cli.aws_call import call, error_body
from emulator.cli.lines import duration, print_json
from emulator.cli.options import endpoint_option, json_option

STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
COLORS = {"SUCCEEDED": "green", "RUNNING": "cyan"}


class States:
    """Step Functions of a running emulator."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:
        """Raises ClickException with AWS's text."""
        try:
            return call(self._endpoint, f"AWSStepFunctions.{operation}", params)
        except HTTPError as error:
            body = error_body(self._endpoint, error)
            raise click.ClickException(str(body.get("message") or error)) from None

    def pages(self, operation: str, member: str, **params: Any) -> Iterator[dict[str, Any]]:
        token: dict[str, Any] = {}
        while True:
            answer = self.ask(operation, **params, **token)
            yield from answer[member]
            if not answer.get("nextToken"):
                return
            token = {"nextToken": answer["nextToken"]}

    def executions(self, machine: str = "", status: str = "") -> Iterator[dict[str, Any]]:
        """Of all Standard state machines, or of one; the latest of each first."""
        wanted = {"statusFilter": status} if status else {}
        found = list(self.pages("ListStateMachines", "stateMachines"))
        if machine and machine not in [one["name"] for one in found]:
            names = ", ".join(sorted(one["name"] for one in found)) or "none"
            raise click.ClickException(f"there is no state machine {machine!r}: {names}.")
        for one in found:
            if machine not in ("", one["name"]) or one["type"] == "EXPRESS":
                continue
            yield from self.pages("ListExecutions", "executions", stateMachineArn=one["stateMachineArn"], **wanted)

    def find(self, text: str) -> dict[str, Any]:
        """The execution with this ARN or name, or with a name that begins like this; raises ClickException."""
        if text.startswith("arn:"):
            return self.ask("DescribeExecution", executionArn=text)
        known = list(self.executions())
        found = [one for one in known if one["name"] == text] or [one for one in known if one["name"].startswith(text)]
        if len(found) != 1:
            names = ", ".join(f"{_machine(one)}:{one['name']}" for one in found[:5])
            hint = f"several are called so: {names}" if found else "Express executions leave their history in logs only"
            raise click.ClickException(f"which execution is {text!r}?  {hint}.")
        return self.ask("DescribeExecution", executionArn=found[0]["executionArn"])


@click.command(short_help="List executions of state machines.")
@click.option("--machine", default="", help="Only those of one state machine, by name.")
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), default=None, help="Only those with it.")
@endpoint_option
@json_option
def executions(machine: str, status: str | None, endpoint: str, as_json: bool) -> None:
    """List what state machines have run, the latest of each machine first.

    Express executions are not listed: AWS keeps them in logs only (`emulator logs GROUP`).
    """
    found = list(States(endpoint).executions(machine, status or ""))
    if as_json:
        print_json(found)
        return
    for one in found:
        began = datetime.fromtimestamp(one["startDate"], UTC)
        took = duration(one["stopDate"] - one["startDate"]) if one.get("stopDate") else ""
        click.echo(f"{began:%Y-%m-%d %H:%M:%S}  {_status(one['status']):<20}  {_machine(one)}  {one['name']}  {took}")
    if not found:
        click.echo("no executions", err=True)


@click.command(short_help="Show one execution: its timeline, and its way through the state machine.")
@click.argument("execution_id", metavar="ID")
@click.option("--mermaid", "only_drawing", is_flag=True, help="Print only the drawing, as Mermaid text.")
@click.option("--all", "everything", is_flag=True, help="All branches and items, and their data in full.")
@endpoint_option
@json_option
def execution(execution_id: str, only_drawing: bool, everything: bool, endpoint: str, as_json: bool) -> None:
    """Print what happened in one execution, state by state, and draw its state machine with the way it went.

    ID is an execution's ARN, its name, or the beginning of it. Times are those of the emulator's clock.
    """
    states = States(endpoint)
    found = states.find(execution_id)
    arn = found["executionArn"]
    events = list(states.pages("GetExecutionHistory", "events", executionArn=arn, maxResults=1000))
    if as_json:
        print_json({"execution": found, "events": events})
        return
    story = read_story(events)
    definition = json.loads(states.ask("DescribeStateMachineForExecution", executionArn=arn)["definition"])
    ended, failed = found["status"] == "SUCCEEDED", found["status"] not in ("SUCCEEDED", "RUNNING")
    drawing = draw(definition, path_of(story, ended, failed))
    if only_drawing:
        click.echo(drawing, nl=False)
        return
    click.echo(f"{_machine(found)}  {found['name']}  {_status(found['status'])}{_took(found)}")
    for line in timeline(story, everything):
        click.echo(_shown(line, found["startDate"], everything))
    if failed and found.get("error"):
        click.echo(click.style(": ".join(filter(None, (found["error"], found.get("cause")))), fg="red"))
    click.echo(f"\n```mermaid\n{drawing}```")


def _shown(line: Line, start: float, everything: bool) -> str:
    took = "" if line.took is None else f"  {duration(line.took)}"
    text = f"{line.at - start:>9.3f} s  {'  ' * line.depth}{line.text}{took}"
    text = click.style(text, fg="red") if line.failed else text
    left = shutil.get_terminal_size((120, 24)).columns - len(click.unstyle(text)) - 2
    data = line.data if everything or len(line.data) <= left else f"{line.data[: max(0, left - 1)]}…"
    return f"{text}  {click.style(data, dim=True)}" if line.data and left > 10 else text


def _machine(one: dict[str, Any]) -> str:
    return str(one["stateMachineArn"].split(":")[6])


def _status(status: str) -> str:
    return click.style(status, fg=COLORS.get(status, "red"))


def _took(found: dict[str, Any]) -> str:
    return f"  {duration(found['stopDate'] - found['startDate'])}" if found.get("stopDate") else ""
