"""Register-, Describe-, Deregister- and ListTaskDefinition(s), ListTaskDefinitionFamilies."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.ecs import errors
from emulator.services.ecs.names import revision
from emulator.services.ecs.paging import page
from emulator.services.ecs.registration import checked
from emulator.services.ecs.store import EcsStore, known_definition
from emulator.services.ecs.tags import read_tags, shown_tags
from emulator.services.ecs.task_definition import ACTIVE, INACTIVE, TaskDefinition


def register_task_definition(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """A new revision of the family.  Raises ClientException, InvalidParameterException."""
    given, tags = checked(params), read_tags(params.get("tags"))
    family = given["family"]
    revisions = call.store(EcsStore).definitions.setdefault(family, [])
    number = len(revisions) + 1
    arn = call.arn("ecs", f"task-definition/{family}:{number}")
    owner = f"arn:aws:iam::{call.account}:root"
    made = TaskDefinition(arn, family, number, given, call.clock.now(), owner, tags=tags)
    revisions.append(made)
    return {"taskDefinition": made.view(), "tags": shown_tags(tags)}


def describe_task_definition(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """A revision, also an inactive one; the family's latest active one.  Raises ClientException."""
    found = known_definition(call, params["taskDefinition"])
    if found is None:
        raise errors.client("Unable to describe task definition.")
    answer: dict[str, Any] = {"taskDefinition": found.view()}
    return answer | ({"tags": shown_tags(found.tags)} if "TAGS" in (params.get("include") or ()) else {})


def deregister_task_definition(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The revision becomes INACTIVE: no new tasks; running ones go on.  Raises ClientException."""
    if revision(params["taskDefinition"]).number is None:
        raise errors.client("The task definition's revision must be given.")
    found = known_definition(call, params["taskDefinition"])
    if found is None:
        raise errors.client("The specified task definition does not exist.")
    if found.active:
        found.deregistered_at = call.clock.now()
    return {"taskDefinition": found.view()}


def list_task_definitions(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """ARNs by family and revision; ``familyPrefix`` is a family's whole name, ``status`` ACTIVE if not given (AWS
    docs)."""
    wanted = params.get("status") or ACTIVE
    family = params.get("familyPrefix")
    definitions = call.store(EcsStore).definitions
    arns = [
        found.arn
        for name in sorted(definitions)
        for found in definitions[name]
        if found.active == (wanted == ACTIVE) and wanted in (ACTIVE, INACTIVE) and family in (None, name)
    ]
    return page("taskDefinitionArns", arns[::-1] if params.get("sort") == "DESC" else arns, params)


def list_task_definition_families(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Families that begin with ``familyPrefix``; ACTIVE are those with an active revision, the default is ALL (AWS
    docs)."""
    wanted, prefix = params.get("status") or "ALL", params.get("familyPrefix") or ""
    families = [
        name
        for name, revisions in sorted(call.store(EcsStore).definitions.items())
        if name.startswith(prefix)
        and (wanted == "ALL" or any(found.active for found in revisions) == (wanted == ACTIVE))
    ]
    return page("families", families, params)
