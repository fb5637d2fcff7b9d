"""Function names as callers write them.

``f``, ``f:Q``, ``function:f[:Q]``, ``123456789012:function:f[:Q]`` and whole ARNs (AWS docs, Lambda API reference,
"FunctionName"; error texts recorded from AWS).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from emulator.core.errors import AwsError
from emulator.services.lambda_ import errors

LATEST = "$LATEST"

NAME_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
ALIAS_PATTERN = r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)"

_NAME = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_.]+)(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
_ALIAS = re.compile(ALIAS_PATTERN)


class Address(NamedTuple):
    """What a caller meant: ``qualifier`` is ``""`` when none was given, ``$LATEST`` only when it was written."""

    name: str
    qualifier: str = ""


def read_name(text: str, qualifier: str | None, account: str, region: str) -> Address:
    """The function that ``text`` and ``qualifier`` address, seen from ``account`` and ``region``.

    Raises ValidationException, ResourceNotFoundException (other region), AccessDeniedException (other account),
    InvalidParameterValueException (two qualifiers that differ).
    """
    found = _NAME.fullmatch(text)
    if found is None:
        constraint = f"Member must satisfy regular expression pattern: {NAME_PATTERN}"
        raise errors.validation(errors.unfit(text, "functionName", constraint))
    inner = found["qualifier"] or ""
    if inner and qualifier and inner != qualifier:
        raise errors.invalid_value(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    if found["region"] and found["region"] != region:
        raise errors.not_found(f"Functions from '{found['region']}' are not reachable in this region ('{region}')")
    if found["account"] and found["account"] != account:
        raise AwsError("AccessDeniedException", None)
    return Address(found["name"], qualifier or inner)


def check_alias_name(name: str) -> None:
    """Raises ValidationException: an alias must not look like a version."""
    if not _ALIAS.fullmatch(name):
        constraint = f"Member must satisfy regular expression pattern: {ALIAS_PATTERN}"
        raise errors.validation(errors.unfit(name, "name", constraint))


def is_version(qualifier: str) -> bool:
    return qualifier.isdigit()
