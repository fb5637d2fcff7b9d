"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_PORT = 4566


def default_endpoint() -> str:
    """Where a running emulator is looked for: ``EMULATOR_ENDPOINT``, ``AWS_ENDPOINT_URL``, or the default port."""
    port = os.environ.get("EMULATOR_PORT", DEFAULT_PORT)
    return os.environ.get("EMULATOR_ENDPOINT") or os.environ.get("AWS_ENDPOINT_URL") or f"http://127.0.0.1:{port}"


def endpoint_option(command: F) -> F:
    """``--endpoint URL`` of a running emulator."""
    return click.option(
        "--endpoint",
        default=default_endpoint,
        show_default="http://127.0.0.1:4566, or EMULATOR_ENDPOINT, or AWS_ENDPOINT_URL",
        help="Address of a running emulator.",
    )(command)


def json_option(command: F) -> F:
    """``--json``: data for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)
