"""Options that several commands share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_PORT = 4566
_ADDRESS = re.compile(r"https?://[^/\s]")


def default_endpoint() -> str:
    """Where a running emulator is looked for: ``EMULATOR_ENDPOINT``, ``AWS_ENDPOINT_URL``, or the default port."""
    port = os.environ.get("EMULATOR_PORT", DEFAULT_PORT)
    return os.environ.get("EMULATOR_ENDPOINT") or os.environ.get("AWS_ENDPOINT_URL") or f"http://127.0.0.1:{port}"


def _endpoint(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """A click callback: something that can be asked."""
    if not _ADDRESS.match(value):
        raise click.BadParameter(f"{value!r} is no address such as http://127.0.0.1:{DEFAULT_PORT}")
    return value


def endpoint_option(command: F) -> F:
    """``--endpoint URL`` of a running emulator."""
    return click.option(
        "--endpoint",
        default=default_endpoint,
        callback=_endpoint,
        show_default="http://127.0.0.1:4566, or EMULATOR_ENDPOINT, or AWS_ENDPOINT_URL",
        help="Address of a running emulator.",
    )(command)


def json_option(command: F) -> F:
    """``--json``: data for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)
