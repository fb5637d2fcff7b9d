"""Publishing and deleting versions, and what has to be forgotten with them."""

from __future__ import annotations

from emulator.core import timestamps
from emulator.core.ground import Call, Ground
from emulator.services.lambda_.function import Function, Version


def publish(call: Call, function: Function, description: str | None = None) -> Version:
    """A copy of ``$LATEST`` under the next number; the last version again when nothing has changed since."""
    config = dict(function.latest.config)
    if description is not None:
        config["Description"] = description
    last = function.versions.get(str(function.next_number - 1))
    if last is not None and last.code.sha256 == function.latest.code.sha256 and _same(last, function.latest):
        return last
    number = str(function.next_number)
    function.next_number += 1  # never used again, even after deletion
    now = timestamps.iso_offset(call.clock.now())
    version = Version(number, config, function.latest.code, call.ids.uuid(), now)
    function.versions[number] = version
    return version


def _same(published: Version, latest: Version) -> bool:
    """Whether code and configuration are those of the published version; its description may be its own."""
    if published.code.local and published.code.identity != latest.code.identity:
        return False
    hidden = {"Description": None}
    return published.config | hidden == latest.config | hidden


def delete(function: Function, number: str) -> None:
    """Delete a version, if it exists, with its settings."""
    function.versions.pop(number, None)
    function.event_configs.pop(number, None)
    function.policies.pop(number, None)


def forget_environments(ground: Ground, function: Function) -> None:
    """Code or configuration changed: runs that start from now on need new environments."""
    for runtime in ground.runtimes.values():
        runtime.forget(function.arn())
