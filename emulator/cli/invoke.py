"""``emulator invoke``: call a function of a running emulator."""

from __future__ import annotations

import json
import sys
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import click

from emulator.cli.control import open_url, quoted, unreachable
from emulator.cli.lines import print_json
from emulator.cli.options import endpoint_option, json_option


@click.command(short_help="Invoke a function.")
@click.argument("name")
@click.option("--data", default="{}", show_default=True, help="The event, as JSON.")
@click.option("--async", "asynchronous", is_flag=True, help="Queue the event as Lambda does; print the request id.")
@endpoint_option
@json_option
def invoke(name: str, data: str, asynchronous: bool, endpoint: str, as_json: bool) -> None:
    """Invoke the function NAME (a name or an ARN); a function error gives exit status 1."""
    kind = "Event" if asynchronous else "RequestResponse"
    url = f"{endpoint.rstrip('/')}/2015-03-31/functions/{quoted(name)}/invocations"
    request = Request(url, data.encode(), {"x-amz-invocation-type": kind}, method="POST")
    try:
        with open_url(request, timeout=920) as response:
            payload, headers = response.read(), response.headers
    except HTTPError as error:
        body = error.read()
        raise click.ClickException(f"{error.headers.get('x-amzn-errortype', error.code)}: {_message(body)}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable(endpoint, error) from None
    request_id, failed = headers["x-amzn-requestid"], headers.get("x-amz-function-error")
    if as_json:
        result = None if asynchronous else json.loads(payload)
        print_json({"request_id": request_id, "function_error": failed, "payload": result})
    else:
        click.echo(request_id if asynchronous else payload.decode())
    sys.exit(1 if failed else 0)


def _message(body: bytes) -> str:
    try:
        answer: dict[str, Any] = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    return str(answer.get("Message") or answer.get("message"))
