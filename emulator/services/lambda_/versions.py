"""Publishing and deleting versions, and what has to be forgotten with them."""

from __future__ import annotations

from typing import Any

from emulator.core import timestamps
from emulator.core.ground import Call, Ground
from emulator.services.lambda_.function import Function, Version


def publish(call: Call, function: Function, description: str | None = None) -> Version:
    """A copy of ``$LATEST`` under the next number; the last version again when nothing has changed since."""
    latest = function.latest
    config = dict(latest.config)
    if description is not None:
        config["Description"] = description
    state = _state(latest)
    last = function.versions.get(str(function.next_number - 1))
    if last is not None and function.published == state:
        return last
    function.published = state
    number = str(function.next_number)
    function.next_number += 1  # never used again, even after deletion
    modified = timestamps.iso_offset(call.clock.now())
    version = Version(number, config, latest.code, call.ids.uuid(), modified, latest.layers)
    function.versions[number] = version
    return version


def _state(latest: Version) -> tuple[Any, ...]:
    """What must have changed for a new version; a local directory may hold other files after every update."""
    return latest.config, latest.code.sha256, latest.code.identity if latest.code.local else ""


def delete(function: Function, number: str) -> None:
    """Delete a version, if it exists, with its settings."""
    function.versions.pop(number, None)
    function.event_configs.pop(number, None)
    function.policies.pop(number, None)
    function.provisioned.pop(number, None)
    function.runtime_management.pop(number, None)


def forget_environments(ground: Ground, function: Function) -> None:
    """Code or configuration changed: runs that start from now on need new environments."""
    for runtime in ground.runtimes.values():
        runtime.forget(function.arn())
