"""Event buses and their policies."""

from __future__ import annotations

from typing import Any

from emulator.core import jsontext
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.core.paging import page
from emulator.services.events.errors import invalid, no_bus, too_many
from emulator.services.events.event_bus import EventBus
from emulator.services.events.store import DEFAULT, buses, find_bus
from emulator.services.events.tags import merged

MOST_BUSES = 100


def create_event_bus(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Raises ResourceAlreadyExistsException, LimitExceededException, ValidationException for ``/`` in the name."""
    name = params["Name"]
    if params.get("EventSourceName"):
        message = f"Event source {params['EventSourceName']} does not exist."
        raise AwsError("ResourceNotFoundException", message)  # partners do not exist here
    if "/" in name:
        raise invalid("Event bus name must not contain '/'.")
    known = buses(call.ground, call.account, call.region)
    if name in known:
        raise AwsError("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
    if call.settings.enforce_quotas and len(known) >= MOST_BUSES:
        raise too_many()
    bus = EventBus(name, call.region, call.account, call.clock.now())
    bus.tags = merged({}, params.get("Tags") or [])
    settings = bus.configure(params, bus.created)
    known[name] = bus
    return {"EventBusArn": bus.arn, **settings}


def describe_event_bus(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    bus = find_bus(call, params.get("Name"))
    return {**bus.settings, **bus.describe()}


def list_event_buses(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    known = buses(call.ground, call.account, call.region)
    prefix = params.get("NamePrefix") or ""
    names, token = page((name for name in known if name.startswith(prefix)), params)
    return {"EventBuses": [known[name].describe() for name in names], **token}


def update_event_bus(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    bus = find_bus(call, params.get("Name"))
    return {"Arn": bus.arn, "Name": bus.name, **bus.configure(params, call.clock.now())}


def delete_event_bus(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Deleting a bus that does not exist succeeds (recorded from AWS)."""
    name = params["Name"]
    if name == DEFAULT:
        raise invalid("Cannot delete event bus default.")
    known = buses(call.ground, call.account, call.region)
    if name in known and known[name].rules:
        raise invalid("EventBus can't be deleted since it has rules.")
    known.pop(name, None)
    return {}


def put_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Add or replace a statement of the bus's policy, or the whole ``Policy``.  Stored, never enforced."""
    bus = _own_bus(call, params)
    if params.get("Policy"):
        bus.policy = _read_policy(params["Policy"])
    else:
        statement = _statement(bus, params)
        others = [other for other in _statements(bus) if other.get("Sid") != statement["Sid"]]
        bus.policy = {"Version": "2012-10-17", "Statement": [*others, statement]}
    bus.modified = call.clock.now()
    return {}


def remove_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Remove one statement, or all; after the last one the bus has no policy."""
    bus = _own_bus(call, params)
    rest: list[dict[str, Any]] = []
    if not params.get("RemoveAllPermissions"):
        sid = params.get("StatementId")
        if not sid:
            raise invalid("Parameter(s) StatementId or RemoveAllPermissions must be specified.")
        rest = [statement for statement in _statements(bus) if statement.get("Sid") != sid]
        if len(rest) == len(_statements(bus)):
            raise AwsError("ResourceNotFoundException", "Statement with the provided id does not exist.")
    bus.policy = {**(bus.policy or {}), "Statement": rest} if rest else None
    bus.modified = call.clock.now()
    return {}


def _own_bus(call: Call, params: dict[str, Any]) -> EventBus:
    name = params.get("EventBusName") or DEFAULT
    known = buses(call.ground, call.account, call.region)
    if name not in known:
        raise no_bus(name)
    return known[name]


def _statements(bus: EventBus) -> list[dict[str, Any]]:
    statements = (bus.policy or {}).get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _statement(bus: EventBus, params: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in ("Action", "Principal", "StatementId") if not params.get(name)]
    if missing:
        raise invalid(f"Parameter(s) {', '.join(missing)} must be specified.")
    principal = params["Principal"]
    statement: dict[str, Any] = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Action": params["Action"],
        "Resource": bus.arn,
    }
    condition = params.get("Condition")
    if condition:
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    return statement


def _read_policy(text: str) -> dict[str, Any]:
    try:
        policy = jsontext.parse(text)
    except ValueError:
        policy = None
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not all(isinstance(statement, dict) for statement in statements):
        raise invalid("Parameter Policy is not valid.")
    assert isinstance(policy, dict)
    return {**policy, "Statement": statements}
