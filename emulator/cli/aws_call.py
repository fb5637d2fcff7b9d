"""AWS operations of a running emulator, with the standard library only: commands must start fast."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from emulator.cli.control import no_emulator, open_url, unreachable


def call(endpoint: str, target: str, params: dict[str, Any], version: str = "1.0") -> dict[str, Any]:
    """The answer of an operation in AWS JSON (``AWSStepFunctions.ListExecutions``).

    Raises HTTPError for AWS's errors, ClickException when nobody listens.
    """
    headers = {"x-amz-target": target, "content-type": f"application/x-amz-json-{version}"}
    with open_aws(endpoint, Request(f"{endpoint.rstrip('/')}/", json.dumps(params).encode(), headers)) as response:
        try:
            answer: dict[str, Any] = json.load(response)
        except ValueError:
            raise no_emulator(endpoint) from None
        return answer


def error_body(endpoint: str, error: HTTPError) -> dict[str, Any]:
    """What AWS's error says; raises ClickException when it is nobody's that speaks so."""
    try:
        body = json.loads(error.read() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise no_emulator(endpoint)
    return body


def open_aws(endpoint: str, request: Request) -> Any:
    """The answer to any request.  Raises HTTPError, ClickException."""
    try:
        return open_url(request, timeout=30)
    except HTTPError:
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable(endpoint, error) from None
