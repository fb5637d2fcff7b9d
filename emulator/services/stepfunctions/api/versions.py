"""PublishStateMachineVersion, ListStateMachineVersions, DeleteStateMachineVersion."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.stepfunctions import errors, paging
from emulator.services.stepfunctions.names import MACHINE, read
from emulator.services.stepfunctions.store import find_machine, store_at

_MOST = 1000


def publish_state_machine_version(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Unchanged since the last version: that one again.  A stale ``revisionId`` is a ConflictException."""
    arn = params["stateMachineArn"]
    machine, address = find_machine(call.ground, arn)
    if address.rest:
        raise errors.no_machine(arn)
    wanted, current = params.get("revisionId"), machine.revision.id
    if wanted and wanted != current:
        raise errors.conflict(
            f"Failed to publish the State Machine version for revision {wanted}. "
            f"The current State Machine revision is {current or 'INITIAL'}."
        )
    newest = machine.versions.get(machine.last_version)
    description = params.get("description")
    if newest is not None and newest.revision is machine.revision and description not in (None, newest.description):
        raise errors.conflict(
            f"Version {newest.number} of the state machine exists already with a different description."
        )
    if len(machine.versions) >= _MOST:
        raise errors.quota(f"The state machine has {_MOST} versions already")
    version = machine.publish(description, call.clock.now())
    return {"creationDate": version.created, "stateMachineVersionArn": version.arn}


def list_state_machine_versions(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Highest number first."""
    machine, _ = find_machine(call.ground, params["stateMachineArn"])
    versions = [
        {"stateMachineVersionArn": version.arn, "creationDate": version.created}
        for _, version in sorted(machine.versions.items(), reverse=True)
    ]
    return paging.answer(params, "stateMachineVersions", versions)


def delete_state_machine_version(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Unknown ones are no error (recorded from AWS); a ConflictException while an alias leads to it."""
    address = read(params["stateMachineVersionArn"], MACHINE)
    if not address.rest.isdigit():
        raise errors.invalid_arn(address.arn)
    machine = store_at(call.ground, address).machines.get(address.name)
    version = machine.version(address.rest) if machine is not None else None
    if machine is None or version is None:
        return {}
    aliases = machine.aliases_of(version)
    if aliases:
        names = ", ".join(alias.name for alias in aliases)
        raise errors.conflict(
            "Version to be deleted must not be referenced by an alias. "
            f"Current list of aliases referencing this version: [{names}]"
        )
    del machine.versions[version.number]
    return {}
