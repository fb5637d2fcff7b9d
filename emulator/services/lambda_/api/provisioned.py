"""Provisioned concurrency: kept and shown; environments start when they are needed.

What a handler sees of it is ``AWS_LAMBDA_INITIALIZATION_TYPE``.
"""

from __future__ import annotations

from typing import Any

from emulator.core import timestamps
from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.lambda_ import errors, versions
from emulator.services.lambda_.function import Function, Provisioned
from emulator.services.lambda_.names import LATEST, is_version
from emulator.services.lambda_.paging import page
from emulator.services.lambda_.store import address_of, find_function


def put_provisioned_concurrency_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Answers ``IN_PROGRESS``; it is ``READY`` before the next request."""
    function, qualifier = _qualified(call, params)
    wanted = params["ProvisionedConcurrentExecutions"]
    if function.version(qualifier).uses_snapshot:  # AWS docs, "Improving startup performance with Lambda SnapStart"
        raise errors.invalid_value("Provisioned concurrency and SnapStart exclude each other.")
    if function.reserved is not None and wanted > function.reserved:
        raise errors.invalid_value(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
    entry = function.provisioned[qualifier] = Provisioned(wanted, _now(call))
    versions.forget_environments(call.ground, function)
    return {
        "RequestedProvisionedConcurrentExecutions": wanted,
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
        "Status": "IN_PROGRESS",
        "LastModified": entry.last_modified,
    }


def get_provisioned_concurrency_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, qualifier = _qualified(call, params)
    return _shown(_existing(function, qualifier))


def delete_provisioned_concurrency_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function, qualifier = _qualified(call, params)
    if function.provisioned.pop(qualifier, None) is not None:
        versions.forget_environments(call.ground, function)
    return {}


def list_provisioned_concurrency_configs(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function = find_function(call, address_of(call, params["FunctionName"]))
    entries = [
        {"FunctionArn": function.arn(qualifier), **_shown(entry)} for qualifier, entry in function.provisioned.items()
    ]
    return page("ProvisionedConcurrencyConfigs", entries, params, 50)


def _shown(entry: Provisioned) -> dict[str, Any]:
    return {
        "RequestedProvisionedConcurrentExecutions": entry.requested,
        "AvailableProvisionedConcurrentExecutions": entry.requested,
        "AllocatedProvisionedConcurrentExecutions": entry.requested,
        "Status": "READY",
        "LastModified": entry.last_modified,
    }


def _existing(function: Function, qualifier: str) -> Provisioned:
    if qualifier not in function.provisioned:
        text = "No Provisioned Concurrency Config found for this function"
        raise AwsError("ProvisionedConcurrencyConfigNotFoundException", text)
    return function.provisioned[qualifier]


def _qualified(call: Call, params: dict[str, Any]) -> tuple[Function, str]:
    """A published version or an alias of one (texts recorded from AWS)."""
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = find_function(call, address)
    qualifier = address.qualifier
    alias = function.aliases.get(qualifier)
    if qualifier in ("", LATEST) or (alias is not None and alias.version == LATEST):
        raise errors.invalid_value(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
    if not function.has(qualifier):
        if is_version(qualifier):
            raise errors.function_not_found(function.arn(qualifier))
        raise errors.not_found(f"Cannot find alias arn: {function.arn(qualifier)}")
    return function, qualifier


def _now(call: Call) -> str:
    return timestamps.iso_seconds(call.clock.now())[:-1] + "+0000"
