"""PutTargets, RemoveTargets, ListTargetsByRule."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.core.paging import page
from emulator.services.events.errors import too_many
from emulator.services.events.store import find_rule
from emulator.services.events.target import Target
from emulator.services.events.target_checks import check_targets

MOST_TARGETS = 5


def put_targets(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Add targets, or replace those with the same ids, at once.

    Raises ResourceNotFoundException, LimitExceededException (more than 5 targets on the rule), ValidationException;
    then nothing is changed.
    """
    _, rule = find_rule(call, params["Rule"], params.get("EventBusName"))
    given = params["Targets"]
    check_targets(given, call.courier.can_deliver)
    ids = rule.targets.keys() | {target["Id"] for target in given}
    if call.settings.enforce_quotas and len(ids) > MOST_TARGETS:
        raise too_many()
    rule.targets.update({target["Id"]: Target(target) for target in given})
    return {"FailedEntryCount": 0, "FailedEntries": []}


def remove_targets(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Remove targets by id; each unknown id is an entry of ``FailedEntries``."""
    _, rule = find_rule(call, params["Rule"], params.get("EventBusName"))
    failed = []
    for target_id in params["Ids"]:
        if rule.targets.pop(target_id, None) is None:
            message = f"Rule '{rule.name}' does not have a target with the Id '{target_id}'."
            failed.append({"TargetId": target_id, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": message})
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}


def list_targets_by_rule(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _, rule = find_rule(call, params["Rule"], params.get("EventBusName"))
    ids, token = page(rule.targets, params)
    return {"Targets": [rule.targets[target_id].given for target_id in ids], **token}
