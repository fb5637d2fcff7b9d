"""Tags on functions (and mappings, which keep their own)."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.services.lambda_ import errors

MAX_TAGS = 50


def check(tags: Mapping[str, str]) -> None:
    """Raises InvalidParameterValueException for more than 50 tags on one resource."""
    if len(tags) > MAX_TAGS:
        raise errors.invalid_value("Number of tags exceeds resource tag limit.")
