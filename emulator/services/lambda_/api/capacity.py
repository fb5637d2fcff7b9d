"""Concurrency of functions, recursion settings, account settings."""

from __future__ import annotations

from typing import Any

from emulator.core.ground import Call
from emulator.services.lambda_ import concurrency, errors
from emulator.services.lambda_.code import MAX_UNZIPPED, MAX_ZIPPED
from emulator.services.lambda_.function import Function
from emulator.services.lambda_.names import LATEST
from emulator.services.lambda_.store import LambdaStore, address_of, find_function, find_unqualified

TOTAL_CODE_SIZE = 80_530_636_800


def put_function_concurrency(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """Reserve concurrency; 0 throttles everything."""
    function = _unqualified(call, params, LATEST)
    wanted = params["ReservedConcurrentExecutions"]
    reserved = concurrency.reserved_in(call.store(LambdaStore), without=function.name) + wanted
    if call.settings.account_concurrency - reserved < concurrency.MIN_UNRESERVED:
        raise errors.invalid_value(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{concurrency.MIN_UNRESERVED}]."
        )
    function.reserved = wanted
    return {"ReservedConcurrentExecutions": wanted}


def get_function_concurrency(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    function = _unqualified(call, params)
    return {} if function.reserved is None else {"ReservedConcurrentExecutions": function.reserved}


def delete_function_concurrency(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _unqualified(call, params).reserved = None
    return {}


def _unqualified(call: Call, params: dict[str, Any], suffix: str = "") -> Function:
    return find_unqualified(call, params["FunctionName"], suffix)


def get_account_settings(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    store = call.store(LambdaStore)
    limit = call.settings.account_concurrency
    sizes = [version.code.size for function in store.functions.values() for version in function.every_version()]
    return {
        "AccountLimit": {
            "TotalCodeSize": TOTAL_CODE_SIZE,
            "CodeSizeUnzipped": MAX_UNZIPPED,
            "CodeSizeZipped": MAX_ZIPPED,
            "ConcurrentExecutions": limit,
            "UnreservedConcurrentExecutions": limit - concurrency.reserved_in(store),
        },
        "AccountUsage": {"TotalCodeSize": sum(sizes), "FunctionCount": len(store.functions)},
    }


def get_function_recursion_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    return {"RecursiveLoop": find_function(call, address_of(call, params["FunctionName"])).recursive_loop}


def put_function_recursion_config(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    """``Allow`` lets chains run however long they are; matters when the setting ``recursion_detection`` is on."""
    function = find_function(call, address_of(call, params["FunctionName"]))
    function.recursive_loop = params["RecursiveLoop"]
    return {"RecursiveLoop": function.recursive_loop}
