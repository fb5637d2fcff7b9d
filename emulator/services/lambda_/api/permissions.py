"""Resource policies: stored and shown, not enforced."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.core.jsontext import compact
from emulator.services.lambda_ import errors
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.names import LATEST, Address, is_version
from emulator.services.lambda_.policy import Policy, statement
from emulator.services.lambda_.store import LambdaStore, address_of, find_function


def add_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    if address.qualifier == LATEST:
        raise errors.invalid_value("We currently do not support adding policies for $LATEST.")
    function = find_function(call, address)
    _check_qualifier(function, address)
    entry = statement(params, function.arn(address.qualifier))
    policy = function.policies.get(address.qualifier)
    (policy or Policy("")).check_revision(params.get("RevisionId"))
    if policy is not None and params["StatementId"] in policy.statements:
        raise errors.conflict(
            f"The statement id ({params['StatementId']}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement."
        )
    policy = function.policies.setdefault(address.qualifier, Policy(""))
    policy.statements[params["StatementId"]] = entry
    policy.revision_id = call.ids.uuid()
    return {"Statement": compact(entry)}


def _check_qualifier(function: Function, address: Address) -> None:
    if function.has(address.qualifier):
        return
    if is_version(address.qualifier):
        raise errors.function_not_found(function.arn(address.qualifier))
    raise errors.not_found(f"Cannot find alias arn: {function.arn(address.qualifier)}")


def get_policy(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    policy = find_function(call, address).policies.get(address.qualifier)
    if policy is None:
        raise errors.no_such_resource()
    return {"Policy": compact(policy.document()), "RevisionId": policy.revision_id}


def remove_permission(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = call.store(LambdaStore).functions.get(address.name)
    if function is None:
        raise errors.not_found(f"No policy found for: {call.arn('lambda', f'function:{address.name}')}")
    policy = function.policies.get(address.qualifier)
    if policy is None:
        raise errors.not_found("No policy is associated with the given resource.")
    policy.check_revision(params.get("RevisionId"))
    if params["StatementId"] not in policy.statements:
        raise errors.not_found(f"Statement {params['StatementId']} is not found in resource policy.")
    del policy.statements[params["StatementId"]]
    policy.revision_id = call.ids.uuid()
    if not policy.statements:
        del function.policies[address.qualifier]
    return {}
