"""AWS operations of a running emulator, with the standard library only: commands must start fast."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from emulator.cli.control import open_url, unreachable


def call(endpoint: str, target: str, params: dict[str, Any], version: str = "1.0") -> dict[str, Any]:
    """The answer of an operation in AWS JSON (``AWSStepFunctions.ListExecutions``).

    Raises HTTPError for AWS's errors, ClickException when nobody listens.
    """
    headers = {"x-amz-target": target, "content-type": f"application/x-amz-json-{version}"}
    with open_aws(endpoint, Request(f"{endpoint.rstrip('/')}/", json.dumps(params).encode(), headers)) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def open_aws(endpoint: str, request: Request) -> Any:
    """The answer to any request.  Raises HTTPError, ClickException."""
    try:
        return open_url(request, timeout=30)
    except HTTPError:
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable(endpoint, error) from None
