"""Tags: a list of keys and values outside, a dict inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emulator.services.ecs import errors

MOST = 50


def read_tags(given: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
    """Raises InvalidParameterException for keys that are reserved or come twice, and for too many."""
    tags = {str(tag.get("key") or ""): str(tag.get("value") or "") for tag in given or ()}
    if len(tags) < len(given or ()):
        raise errors.invalid("Duplicate tag keys found.")
    check_tags(tags)
    return tags


def check_tags(tags: Iterable[str]) -> None:
    keys = list(tags)
    if any(not key or key.lower().startswith("aws:") for key in keys):
        raise errors.invalid("Tag keys must not be empty, nor begin with aws:.")
    if len(keys) > MOST:
        raise errors.invalid(f"The maximum number of tags is {MOST}.")


def shown_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
