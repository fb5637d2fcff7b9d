"""Code signing and runtime updates: asked by deploy tools, without effect here."""

from __future__ import annotations

from typing import Any

from emulator.core.errors import AwsError
from emulator.core.ground import Call
from emulator.services.lambda_ import errors
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.names import LATEST, Address
from emulator.services.lambda_.store import address_of, find_function


def get_function_code_signing_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Nothing is ever configured (``{}`` is recorded from AWS)."""
    find_function(call, address_of(call, params["FunctionName"]))
    return {}


def put_function_code_signing_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """There are no code signing configurations here."""
    find_function(call, address_of(call, params["FunctionName"]))
    raise AwsError(
        "CodeSigningConfigNotFoundException",
        f"Code signing is not emulated: there is no configuration {params['CodeSigningConfigArn']}.",
    )


def delete_function_code_signing_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    find_function(call, address_of(call, params["FunctionName"]))
    return {}


def _found(call: Call, address: Address) -> Function:
    """The function, whose version or alias exists; raises ResourceNotFoundException."""
    function = find_function(call, address)
    if not function.has(address.qualifier):
        raise errors.function_not_found(function.arn(address.qualifier))
    return function


def get_runtime_management_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """``Auto`` unless something else was put."""
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = _found(call, address)
    kept = function.runtime_management.get(address.qualifier or LATEST, {"UpdateRuntimeOn": "Auto"})
    return {**kept, "FunctionArn": function.arn(address.qualifier)}


def put_runtime_management_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Kept and shown: the runtime is the machine's own, whatever it says."""
    address = address_of(call, params["FunctionName"], params.get("Qualifier"))
    function = _found(call, address)
    update, arn = params["UpdateRuntimeOn"], params.get("RuntimeVersionArn")
    if update == "Manual" and not arn:
        raise errors.invalid_value("RuntimeVersionArn is required when UpdateRuntimeOn is Manual.")
    kept = {"UpdateRuntimeOn": update} | ({"RuntimeVersionArn": arn} if update == "Manual" else {})
    function.runtime_management[address.qualifier or LATEST] = kept
    return {**kept, "FunctionArn": function.arn(address.qualifier)}
