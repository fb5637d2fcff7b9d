"""Tags of rules and buses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emulator.services.events.errors import too_many

MOST_TAGS = 50


def merged(known: Mapping[str, str], given: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``known`` with ``[{"Key", "Value"}, …]`` added; raises LimitExceededException beyond 50 tags."""
    tags = {**known, **{tag["Key"]: tag["Value"] for tag in given}}
    if len(tags) > MOST_TAGS:
        raise too_many()
    return tags
