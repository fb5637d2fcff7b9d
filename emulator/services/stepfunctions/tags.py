"""Tags of state machines and activities."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.core.errors import AwsError

MOST = 50


def tags_of(given: Sequence[dict[str, str]], old: dict[str, str] | None = None) -> dict[str, str]:
    """The tags by key, those given over the old ones.  Raises TooManyTags."""
    tags = dict(old or {})
    for tag in given:
        tags[tag.get("key", "")] = tag.get("value", "")
    if len(tags) > MOST:
        raise AwsError("TooManyTags", "Too Many Tags")
    return tags
