"""CreateStateMachineAlias and its siblings."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.stepfunctions import errors, paging
from emulator.services.stepfunctions.machine import Alias, StateMachine
from emulator.services.stepfunctions.names import MACHINE, read
from emulator.services.stepfunctions.store import find_machine, store_at

_MOST = 100


def create_state_machine_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """The same again answers the existing alias."""
    routing = params["routingConfiguration"]
    machine = _check_routing(call, routing)
    name, description = params["name"], params.get("description")
    alias = machine.aliases.get(name)
    if alias is None:
        if len(machine.aliases) >= _MOST:
            raise errors.quota(f"The state machine has {_MOST} aliases already")
        now = call.clock.now()
        alias = Alias(f"{machine.arn}:{name}", name, routing, description, now, now)
        machine.aliases[name] = alias
    elif alias.routing != routing or alias.description != description:
        raise errors.conflict(
            "Failed to create alias because an alias with the same name and a different routing configuration "
            "already exists."
        )
    return {"stateMachineAliasArn": alias.arn, "creationDate": alias.created}


def _check_routing(call: Call, routing: list[dict[str, Any]]) -> StateMachine:
    """The machine whose versions are named.  Raises ValidationException and the errors of ARNs."""
    arns = [route["stateMachineVersionArn"] for route in routing]
    received = f"Received: [{', '.join(arns)}]"
    if len(set(arns)) != len(arns):
        raise errors.validation(f"Routing configuration must contain distinct state machine version ARNs. {received}")
    weights = [route["weight"] for route in routing]
    if sum(weights) != 100:
        raise errors.validation(f"Sum of routing configuration weights must equal 100. Received: {weights}")
    machines = []
    for arn in arns:
        address = read(arn, MACHINE)
        if not address.rest.isdigit():
            raise errors.validation(f"Routing configuration must contain state machine version ARNs. {received}")
        machine, _ = find_machine(call.ground, arn)
        if machine.version(address.rest) is None:
            raise errors.no_such_resource()
        machines.append(machine)
    if any(machine is not machines[0] for machine in machines):
        raise errors.validation(f"Routing configuration must contain versions of one state machine. {received}")
    return machines[0]


def _find(call: Call, arn: str) -> tuple[StateMachine, Alias]:
    address = read(arn, MACHINE)
    machine = store_at(call.ground, address).machines.get(address.name)
    alias = machine.aliases.get(address.rest) if machine is not None else None
    if machine is None or alias is None:
        raise errors.no_such_resource()
    return machine, alias


def describe_state_machine_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _, alias = _find(call, params["stateMachineAliasArn"])
    answer: dict[str, Any] = {
        "stateMachineAliasArn": alias.arn,
        "name": alias.name,
        "routingConfiguration": alias.routing,
        "creationDate": alias.created,
        "updateDate": alias.updated,
    }
    return answer if alias.description is None else answer | {"description": alias.description}


def update_state_machine_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _, alias = _find(call, params["stateMachineAliasArn"])
    routing = params.get("routingConfiguration")
    if routing is not None:
        _check_routing(call, routing)
        alias.routing = routing
    if params.get("description") is not None:
        alias.description = params["description"]
    alias.updated = call.clock.now()
    return {"updateDate": alias.updated}


def delete_state_machine_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    machine, alias = _find(call, params["stateMachineAliasArn"])
    del machine.aliases[alias.name]
    return {}


def list_state_machine_aliases(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Of a machine, or of one version."""
    machine, address = find_machine(call.ground, params["stateMachineArn"])
    chosen = list(machine.aliases.values())
    if address.rest:
        version = machine.version(address.rest)
        if version is None:
            raise errors.no_machine(address.arn)
        chosen = machine.aliases_of(version)
    shown = [{"stateMachineAliasArn": alias.arn, "creationDate": alias.created} for alias in chosen]
    return paging.answer(params, "stateMachineAliases", shown)
