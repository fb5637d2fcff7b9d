"""Tags of pipes: a map, as outside."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.services.pipes.errors import invalid

MOST_TAGS = 50


def check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > MOST_TAGS:
        raise invalid(f"A pipe has at most {MOST_TAGS} tags.")
