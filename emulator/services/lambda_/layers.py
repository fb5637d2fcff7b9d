"""Layers of a function's configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from emulator.core.ground import Call, Ground
from emulator.services.lambda_ import errors
from emulator.services.lambda_.layer import LayerVersion
from emulator.services.lambda_.store import store_of

MAX_LAYERS = 5
_ARN = re.compile(r"arn:[^:]+:lambda:([^:]+):(\d{12}):layer:([A-Za-z0-9-_]+):(\d+)")


def find(ground: Ground, arn: str) -> LayerVersion | None:
    """The layer version behind an ARN, of any account of this emulator."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    layer = store_of(ground, found[2], found[1]).layers.get(found[3])
    return layer.versions.get(int(found[4])) if layer is not None else None


def attach(call: Call, config: dict[str, Any], params: dict[str, Any]) -> tuple[Path, ...] | None:
    """Put the layers that a request names into ``config``; their directories, None when it names none at all.

    A function keeps its layers when they are deleted (AWS docs).  Raises InvalidParameterValueException.
    """
    arns = params.get("Layers")
    if arns is None:
        return None
    if len(arns) > MAX_LAYERS:
        raise errors.invalid_value(f"You cannot reference more than {MAX_LAYERS} layers.")
    versions = [_existing(call, arn) for arn in arns]
    if len({version.layer_arn for version in versions}) < len(versions):
        raise errors.invalid_value(
            "Two different versions of the same layer are not allowed to be referenced in the same function."
        )
    config.pop("Layers", None)
    if versions:
        config["Layers"] = [{"Arn": version.arn, "CodeSize": version.code.size} for version in versions]
    return tuple(version.code.directory for version in versions)


def _existing(call: Call, arn: str) -> LayerVersion:
    found = find(call.ground, arn)
    if found is None:
        raise errors.invalid_value(f"Layer version {arn} does not exist.")
    return found
