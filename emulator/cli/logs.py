"""``emulator logs``: what a function of a running emulator has written."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import click

from emulator.cli.aws_call import call, error_body, open_aws
from emulator.cli.control import Control, no_emulator, quoted
from emulator.cli.lines import print_json
from emulator.cli.options import endpoint_option, json_option

TARGET = "Logs_20140328.FilterLogEvents"
DESCRIBE = "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition"


@click.command(short_help="Print what a function has written.")
@click.argument("name")
@click.option("--follow", "-f", is_flag=True, help="Go on with new lines as they come; Ctrl-C ends it.")
@click.option("--filter", "pattern", default="", help="A filter pattern of CloudWatch Logs, such as ERROR.")
@click.option("--last", type=click.IntRange(1), default=None, help="Begin with the last N lines.")
@endpoint_option
@json_option
def logs(name: str, follow: bool, pattern: str, last: int | None, endpoint: str, as_json: bool) -> None:
    """Print the log of the function or ECS task definition NAME (or of the log group NAME, if it begins with /)."""
    reader = _Reader(endpoint.rstrip("/"), pattern)
    group = name if name.startswith("/") else reader.group_of(name)
    events = list(reader.new(group))
    for event in events[-last:] if last else events:
        _show(event, as_json)
    if not events and not follow:
        click.echo(f"nothing in {group}", err=True)
    if follow:
        _follow(reader, group, endpoint, as_json)


def _follow(reader: _Reader, group: str, endpoint: str, as_json: bool) -> None:
    """The journal tells when there is something new; the log has it in order and with the platform's lines."""
    try:
        for hop in Control(endpoint).follow():
            if hop["kind"] in ("log", "result"):
                for event in reader.new(group):
                    _show(event, as_json)
                sys.stdout.flush()
    except KeyboardInterrupt:
        pass


def _show(event: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(event)
        return
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    click.echo(f"{at:%Y-%m-%d %H:%M:%S}.{event['timestamp'] % 1000:03d}  {event['message'].rstrip()}")


class _Reader:
    """Reads a log group by its API, each event once."""

    def __init__(self, endpoint: str, pattern: str) -> None:
        self._endpoint = endpoint
        self._pattern = pattern
        self._since = 0
        self._seen: set[str] = set()

    def group_of(self, function: str) -> str:
        """The log group of a function or, if there is none, of a task definition; AWS's default when both are gone."""
        url = f"{self._endpoint}/2015-03-31/functions/{quoted(function)}/configuration"
        try:
            with open_aws(self._endpoint, Request(url)) as response:
                return str(json.load(response)["LoggingConfig"]["LogGroup"])
        except ValueError:
            raise no_emulator(self._endpoint) from None
        except HTTPError:
            group = self._task_group(function) or f"/aws/lambda/{function}"
        if not self._exists(group):
            raise click.ClickException(
                f"there is no function or task definition {function!r}, nor a log group {group}."
            )
        return group

    def _exists(self, group: str) -> bool:
        try:
            found = call(self._endpoint, "Logs_20140328.DescribeLogGroups", {"logGroupNamePrefix": group}, "1.1")
        except HTTPError as error:
            error_body(self._endpoint, error)
            return False
        return any(entry["logGroupName"] == group for entry in found["logGroups"])

    def _task_group(self, family: str) -> str | None:
        """Where the first container of a task definition logs that has the ``awslogs`` driver."""
        try:
            answer = call(self._endpoint, DESCRIBE, {"taskDefinition": family}, "1.1")
        except HTTPError:
            return None
        containers = answer["taskDefinition"]["containerDefinitions"]
        options = ((container.get("logConfiguration") or {}).get("options") or {} for container in containers)
        return next((str(given["awslogs-group"]) for given in options if "awslogs-group" in given), None)

    def new(self, group: str) -> Iterator[dict[str, Any]]:
        """Events that were not given before."""
        token: str | None = None
        while True:
            answer = self._filter(group, token)
            for event in answer.get("events", []):
                key = f"{event['logStreamName']} {event['eventId']}"
                if key not in self._seen:
                    self._note(event, key)
                    yield event
            token = answer.get("nextToken")
            if not token:
                return

    def _note(self, event: dict[str, Any], key: str) -> None:
        if event["timestamp"] > self._since:
            self._since = event["timestamp"]
            self._seen.clear()  # earlier ones are not asked for again
        self._seen.add(key)

    def _filter(self, group: str, token: str | None) -> dict[str, Any]:
        params: dict[str, Any] = {"logGroupName": group, "startTime": self._since}
        params |= {"filterPattern": self._pattern} if self._pattern else {}
        params |= {"nextToken": token} if token else {}
        try:
            return call(self._endpoint, TARGET, params, "1.1")
        except HTTPError as error:
            body = error_body(self._endpoint, error)
            if str(body.get("__type", "")).endswith("ResourceNotFoundException"):
                return {}  # nothing was written yet
            raise click.ClickException(str(body.get("message") or error)) from None
