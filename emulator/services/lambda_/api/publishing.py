"""Versions and aliases."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.lambda_ import configuration, errors, urls, versions
from emulator.services.lambda_.function import Alias, Function
from emulator.services.lambda_.names import LATEST, check_alias_name
from emulator.services.lambda_.paging import page
from emulator.services.lambda_.store import address_of, find_function, find_unqualified


def publish_version(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """A copy of ``$LATEST`` under the next number, or the last version again when nothing has changed."""
    function = _function(call, params)
    configuration.refuse(params)
    if params.get("RevisionId") and params["RevisionId"] != function.latest.revision_id:
        raise errors.stale_revision()
    wanted, current = params.get("CodeSha256"), function.latest.code.sha256
    if wanted and wanted != current:
        raise errors.invalid_value(
            f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({current}). Please try again with "
            "the CodeSHA256 in $LATEST."
        )
    version = versions.publish(call, function, params.get("Description"))
    return configuration.shown(function, version, version.number)


def list_versions_by_function(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """``$LATEST`` first."""
    function = find_function(call, address_of(call, params["FunctionName"]))
    entries = [configuration.listed(configuration.shown(function, v, v.number)) for v in function.every_version()]
    return page("Versions", entries, params, 50)


def create_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    check_alias_name(params["Name"])
    function = _function(call, params)
    name = params["Name"]
    if name in function.aliases:
        raise errors.conflict(f"Alias already exists: {function.arn(name)}")
    _check_version(function, params["FunctionVersion"])
    weights = _weights(function, params["FunctionVersion"], params)
    alias = Alias(name, params["FunctionVersion"], params.get("Description") or "", call.ids.uuid(), weights)
    function.aliases[name] = alias
    return _shown(function, alias)


def get_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function = _function(call, params)
    return _shown(function, _alias(function, params["Name"]))


def update_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function = _function(call, params)
    alias = _alias(function, params["Name"])
    if params.get("RevisionId") and params["RevisionId"] != alias.revision_id:
        raise errors.stale_revision()
    version = params.get("FunctionVersion") or alias.version
    _check_version(function, version)
    kept = {"RoutingConfig": {"AdditionalVersionWeights": alias.weights}}
    weights = _weights(function, version, kept if params.get("RoutingConfig") is None else params)
    alias.version, alias.weights, alias.revision_id = version, weights, call.ids.uuid()
    if params.get("Description") is not None:
        alias.description = params["Description"]
    return _shown(function, alias)


def delete_alias(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """No error when there is no such alias."""
    function = _function(call, params)
    name = params["Name"]
    function.aliases.pop(name, None)
    function.event_configs.pop(name, None)
    function.policies.pop(name, None)
    function.provisioned.pop(name, None)
    urls.forget(call.ground, function, name)
    return {}


def list_aliases(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function = _function(call, params)
    wanted = params.get("FunctionVersion")
    chosen = [alias for _, alias in sorted(function.aliases.items()) if wanted in (None, alias.version, *alias.weights)]
    return page("Aliases", [_shown(function, alias) for alias in chosen], params, 50)


def _function(call: Call, params: dict[str, Any]) -> Function:
    return find_unqualified(call, params["FunctionName"], latest=True)


def _alias(function: Function, name: str) -> Alias:
    if name not in function.aliases:
        raise errors.not_found(f"Cannot find alias arn: {function.arn(name)}")
    return function.aliases[name]


def _check_version(function: Function, number: str) -> None:
    if number != LATEST and number not in function.versions:
        raise errors.function_not_found(function.arn(number))


def _weights(function: Function, version: str, params: dict[str, Any]) -> dict[str, float]:
    """``AdditionalVersionWeights``; raises InvalidParameterValueException (texts recorded from AWS)."""
    weights = dict((params.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})
    if len(weights) > 1:
        raise errors.invalid_value("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for number, weight in weights.items():
        if version == LATEST:
            # The one error of this kind whose body has no Type.
            text = "$LATEST is not supported for an alias pointing to more than 1 version"
            raise AwsError("InvalidParameterValueException", text, Type=None)
        if number == version:
            raise errors.invalid_value(
                f"Invalid function version {number}. Function version {number} is already included in routing "
                "configuration."
            )
        if not 0 <= weight <= 1:
            raise errors.validation(errors.unfit(f"{{{number}={weight}}}", _WEIGHTS, _WEIGHT_RULE))
        _check_version(function, number)
    return weights


_WEIGHTS = "routingConfig.additionalVersionWeights"
_WEIGHT_RULE = (
    "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value "
    "greater than or equal to 0.0, Member must not be null]"
)


def _shown(function: Function, alias: Alias) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "AliasArn": function.arn(alias.name),
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    if alias.weights:
        answer["RoutingConfig"] = {"AdditionalVersionWeights": dict(alias.weights)}
    return answer
