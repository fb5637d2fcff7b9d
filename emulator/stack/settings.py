"""The emulator's own settings as a file's ``[emulator]`` section and ``EMULATOR_*`` variables give them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_type_hints

from emulator.core.clock import parse_mode
from emulator.core.settings import Settings
from emulator.stack.errors import StackError, nearest

_REGION = re.compile(r"[a-z0-9-]+")
RUNTIMES = ("worker", "inline")
KINDS: dict[str, type] = {"clock": str, "host": str, "port": int, "reload": bool, **get_type_hints(Settings)}
"""Every setting and its type."""
PREFIX = "EMULATOR_"
VARIABLES = (*(PREFIX + name.upper() for name in KINDS), "EMULATOR_ENDPOINT", "EMULATOR_INIT_DIR")
_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def read_table(origin: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Check an ``[emulator]`` section; raises StackError."""
    for name, value in table.items():
        if name not in KINDS:
            raise StackError(origin, f"emulator.{name}", f"unknown setting.{nearest(name, KINDS)}")
        kind = KINDS[name]
        fits = (int, float) if kind is float else kind
        if not isinstance(value, fits) or (isinstance(value, bool) and kind is not bool):
            raise StackError(origin, f"emulator.{name}", f"expected {_NAMES[kind]}, got {value!r}.")
        check_value(origin, f"emulator.{name}", name, value)
    return dict(table)


def read_variables(environment: Mapping[str, str]) -> dict[str, Any]:
    """The settings among ``EMULATOR_*`` variables (``EMULATOR_CLOCK=auto``); raises StackError.

    A variable that is nearly a setting's is a mistake.  Others are left alone: container engines make variables such as
    ``EMULATOR_SERVICE_HOST`` up.
    """
    for name in environment:
        if name.startswith(PREFIX) and name not in VARIABLES and (near := get_close_matches(name, VARIABLES, 1, 0.88)):
            raise StackError("environment", name, f"unknown setting. Did you mean {near[0]!r}?")
    chosen: dict[str, Any] = {}
    for name, kind in KINDS.items():
        variable = PREFIX + name.upper()
        text = environment.get(variable, "")
        if not text:
            continue
        try:
            chosen[name] = _WORDS[text.lower()] if kind is bool else kind(text)
        except (KeyError, ValueError):
            raise StackError("environment", variable, f"expected {_NAMES[kind]}, got {text!r}.") from None
        check_value("environment", variable, name, chosen[name])
    return chosen


def check_value(origin: str, key: str, name: str, value: Any) -> None:
    """Raises StackError for a value of the right type that the setting does not take."""
    if name == "clock":
        try:
            parse_mode(value)
        except ValueError as error:
            raise StackError(origin, key, f"{error}.") from None
    elif name == "runtime" and value not in RUNTIMES:
        raise StackError(origin, key, f"unknown runtime {value!r}.{nearest(value, RUNTIMES)}")
    elif name == "port" and not 0 <= value <= 65535:
        raise StackError(origin, key, f"{value} is no port.")
    elif name == "region" and not _REGION.fullmatch(value):
        raise StackError(origin, key, f"a region is a word such as us-east-1, got {value!r}.")
    elif name == "account" and not (len(value) == 12 and value.isdecimal()):
        raise StackError(origin, key, f"an account has 12 digits, got {value!r}.")
    elif KINDS[name] in (int, float) and not 0 <= value < math.inf:
        raise StackError(origin, key, f"expected a number that is not negative, got {value!r}.")
