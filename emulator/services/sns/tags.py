"""Tags: a list of keys and values outside, a dict inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.sns.errors import invalid

MOST = 50


def read_tags(given: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Raises InvalidParameter for a key that comes twice."""
    tags = {tag.get("Key") or "": tag.get("Value") or "" for tag in given}
    if len(tags) < len(given):
        raise invalid("Duplicated keys are not allowed.")
    return tags


def check_count(call: Call, tags: Mapping[str, str]) -> None:
    if call.settings.enforce_quotas and len(tags) > MOST:
        text = "Could not complete request: tag quota of per resource exceeded"  # unverified
        raise AwsError("TagLimitExceeded", text)


def shown_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
